import type { RunView } from "@/lib/contracts/runs";
import type { SharedResources } from "@/lib/engine/resources";
import { isRunActive, readRun } from "./read-run";

const POLL_MS = 250;
const IDLE_POLL_MS = 2000;
const HEARTBEAT_MS = 15_000;

interface Watch {
  viewers: Set<(text: string) => void>;
  last: string;
  stop(): void;
}

const watches = new Map<string, Watch>();

/** One poll serves all viewers of a run, and only while there are any. */
function openWatch(resources: Pick<SharedResources, "database">, runId: string): Watch {
  let stopped = false;
  const watch: Watch = {
    viewers: new Set(),
    last: "",
    stop() {
      stopped = true;
      watches.delete(runId);
    },
  };
  const poll = async (): Promise<void> => {
    let run: RunView | null = null;
    try {
      run = await readRun(resources, runId);
      const text = JSON.stringify(run);
      if (text !== watch.last) {
        watch.last = text;
        for (const viewer of watch.viewers) viewer(text);
      }
    } catch {
      // The database is away for a moment: the next poll tells.
    }
    if (!stopped) setTimeout(() => void poll(), run && !isRunActive(run) ? IDLE_POLL_MS : POLL_MS);
  };
  watches.set(runId, watch);
  void poll();
  return watch;
}

/** Server-sent events named `run`, each a whole RunView, until the reader goes away. */
export function watchRun(resources: Pick<SharedResources, "database">, runId: string, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let leave = (): void => undefined;
  return new ReadableStream({
    start(controller) {
      const watch = watches.get(runId) ?? openWatch(resources, runId);
      const send = (text: string): void => {
        // A reader that does not keep up misses events in between; each event is whole, so the next one tells all.
        if ((controller.desiredSize ?? 1) > -10) controller.enqueue(encoder.encode(`event: run\ndata: ${text}\n\n`));
      };
      const heartbeat = setInterval(() => {
        controller.enqueue(encoder.encode(": beat\n\n"));
      }, HEARTBEAT_MS);
      leave = () => {
        clearInterval(heartbeat);
        watch.viewers.delete(send);
        if (watch.viewers.size === 0) watch.stop();
      };
      signal.addEventListener("abort", () => {
        leave();
        controller.close();
      });
      watch.viewers.add(send);
      if (watch.last !== "") send(watch.last);
    },
    cancel() {
      leave();
    },
  });
}
