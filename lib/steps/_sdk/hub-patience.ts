import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "@/lib/core/app-error";

/** Statuses that pass by themselves. */
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);
const TRIES = 5;
const FIRST_WAIT_MS = 1000;
/** Longest wait between two tries, whatever the Hub asks for. */
const MOST_WAIT_MS = 60_000;

/** Waits for a Hub that is busy, as long as it asks to and within bounds. */
export class HubPatience {
  private busy: { status: number; waitMs: number | null } | null = null;

  constructor(
    private readonly endpoint: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Notes what a reply says of waiting; the Hub's client keeps neither header nor, of a page of HTML, the status. */
  async watch(reply: Promise<Response>): Promise<Response> {
    const response = await reply;
    this.busy = BUSY.has(response.status) ? { status: response.status, waitMs: readWait(response.headers.get("retry-after")) } : null;
    return response;
  }

  /** Throws what `work` throws, or `hub_busy` once the Hub was busy at every try. */
  async retry<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      this.busy = null;
      try {
        return await work();
      } catch (error) {
        // Set by `watch` while `work` was running.
        const busy = this.busy as HubPatience["busy"];
        if (busy === null || this.signal.aborted) throw error;
        if (attempt === TRIES) throw new AppError("hub_busy", { endpoint: this.endpoint, status: busy.status, tries: TRIES }, { cause: error });
        await wait(Math.min(MOST_WAIT_MS, busy.waitMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1)), undefined, { signal: this.signal });
      }
    }
  }
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function readWait(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (header.trim() !== "" && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}
