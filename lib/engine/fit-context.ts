import { AsyncLocalStorage } from "node:async_hooks";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { ChatMessage } from "@/lib/llm/chat";
import { openTokenCounter } from "@/lib/llm/count-tokens";
import type { ResolvedModel } from "@/lib/llm/endpoint";
import { findContext } from "./model-context";
import type { FitParts } from "@/lib/steps/_sdk/step-runner";
import type { WorkerResources } from "./resources";

const COUNT_TIMEOUT_MS = 120_000;
/** A count that is not exact may be out by so much: what is cut leaves that room. */
const ROOM_FOR_ERROR = 0.1;
/** Parts of a prompt are left out a few at a time, so that as many as fit stay. */
const MOST_DROPS = 200;
/** Texts are cut again where a part of them has more tokens than its share. */
const MOST_CUTS = 8;

export interface ContextGuard {
  /** Throws `prompt_over_context` where prompt and longest reply do not fit. */
  check(messages: ChatMessage[], signal: AbortSignal): Promise<void>;
  /**
   * Does `work` with the row. If that is too long, whole examples or documents go first, the last of them before the others;
   * then, with `truncate`, the longest text of the row is cut from its end. Says how many characters of the row went.
   */
  cut<Result>(row: Record<string, unknown>, work: (row: Record<string, unknown>, fitParts: FitParts) => Promise<Result>): Promise<{ result: Result; cut: number }>;
}

/**
 * Keeps prompts within what the model takes, before they are sent. With `fail`, a row fails only by an exact count; else its
 * server, which knows, refuses it. With `truncate`, a count that is a guess leaves some room.
 */
export async function openContextGuard(resources: WorkerResources, { model, maxTokens, overlong }: { model: ResolvedModel; maxTokens: number | null; overlong: "send" | "fail" | "truncate" }): Promise<ContextGuard> {
  const count = await openTokenCounter(resources.database.pool, model);
  const known = model.endpoint.isOwnServer ? null : await findContext(resources, model);
  /** What a row's prompt is made of, while it is fitted. */
  const fitted = new AsyncLocalStorage<Parts>();
  return {
    async check(messages, signal) {
      const canDrop = fitted.getStore()?.canDrop ?? false;
      if (!canDrop && overlong === "send") return;
      const { tokens, context, source } = await count(messages, { timeoutMs: COUNT_TIMEOUT_MS, signal });
      const limit = context ?? known;
      if (limit === null) return;
      const isExact = source === "server" || source === "tokenizer";
      if (!canDrop && !isExact && overlong === "fail") return;
      const room = Math.floor(limit * (isExact ? 1 : 1 - ROOM_FOR_ERROR)) - Math.max(1, maxTokens ?? 1);
      if (tokens > room) throw new AppError("prompt_over_context", { model: model.model, tokens, limit, reply: maxTokens ?? 1, room: Math.max(0, room) });
    },
    async cut(row, work) {
      const parts = new Parts();
      let cut = 0;
      let cuts = 0;
      for (let tried = 0, now = row; ; tried += 1) {
        try {
          const given = now;
          return { result: await fitted.run(parts, () => work(given, parts.fit)), cut };
        } catch (error) {
          if (!isAppError(error) || error.code !== "prompt_over_context") throw error;
          const [tokens, room] = [Number(error.data["tokens"]), Number(error.data["room"])];
          if (tried < MOST_DROPS && parts.drop(tokens, room)) continue;
          if (overlong !== "truncate" || cuts >= MOST_CUTS) throw error;
          const shorter = shorten(now, tokens, room);
          if (!shorter) throw error;
          cuts += 1;
          cut += shorter.cut;
          now = shorter.row;
        }
      }
    },
  };
}

/** Examples or documents of one prompt, and how many of them are left out. */
class Parts {
  private total = 0;
  private least = 0;
  private dropped = 0;

  readonly fit: FitParts = (total, least) => {
    [this.total, this.least] = [total, Math.min(least, total)];
    return Math.max(this.least, total - this.dropped);
  };

  get canDrop(): boolean {
    return this.total - this.dropped > this.least;
  }

  /** Leaves out as many more as are too much, as if the prompt were nothing else; false if none can go. */
  drop(tokens: number, room: number): boolean {
    if (!this.canDrop) return false;
    const each = tokens / Math.max(1, this.total - this.dropped);
    this.dropped += Math.max(1, Math.floor((tokens - room) / Math.max(1, each)));
    return true;
  }
}

/** The row with its longest text shortened by what is too much, as if its tokens were alike; null where there is none to cut. */
function shorten(row: Record<string, unknown>, tokens: number, room: number): { row: Record<string, unknown>; cut: number } | null {
  // A list cut in its middle is none.
  const texts = Object.entries(row).filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "" && !/^\s*\[[\s\S]*\]\s*$/.test(entry[1]));
  const [name, text] = texts.sort((a, b) => b[1].length - a[1].length)[0] ?? [];
  if (name === undefined || text === undefined) return null;
  const length = texts.reduce((sum, [, one]) => sum + one.length, 0);
  const excess = Math.max(1, Math.ceil(((tokens - room) / Math.max(1, tokens)) * length));
  let kept = Math.max(0, text.length - excess);
  // Not within a character of two halves.
  if (/[\uD800-\uDBFF]/.test(text.charAt(kept - 1))) kept -= 1;
  return { row: { ...row, [name]: text.slice(0, kept) }, cut: text.length - kept };
}
