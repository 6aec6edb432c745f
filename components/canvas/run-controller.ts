import { callApi } from "@/components/api/call-api";
import { makeApiUrl } from "@/components/api/make-api-url";
import { readPlanKnown } from "@/lib/contracts/workflows";
import { cancelRun, listRuns, pauseRun, resumeRun, startRun, watchRun, type RunTarget, type RunView } from "@/lib/contracts/runs";
import type { Autosave } from "./autosave";
import type { PlanStore } from "./plan-store";
import { isActive, type RunStore } from "./run-store";
import type { StudioStore } from "./studio-store";

const KNOWN_WAIT_MS = 250;
/** A probe runs in a worker: while one is awaited, its answer is asked for again. */
const PROBE_WAIT_MS = 1_500;
/** How soon a run that someone else started, in another tab or by a script, is seen here. */
const NEW_RUN_WAIT_MS = 3_000;

interface RunControllerOptions {
  workflowId: string;
  studio: StudioStore;
  plan: PlanStore;
  run: RunStore;
  autosave: Autosave;
}

export interface RunController {
  /** `retryFailed`: steps whose results have failed rows are run again, and what follows from them. */
  start: (target: RunTarget, retryFailed?: boolean) => Promise<void>;
  pause: () => Promise<void>;
  /** With the budget as it is set now. */
  resume: () => Promise<void>;
  cancel: () => Promise<void>;
  /** Starts to follow; call what it gives to end that. */
  begin: () => () => void;
}

function endsRun(before: RunView | null, next: RunView): boolean {
  return isActive(before) && before.id === next.id && !isActive(next);
}

/** Follows the latest run as it goes, and asks what the planner has to know whenever that may have changed. */
export function createRunController({ workflowId, studio, plan, run, autosave }: RunControllerOptions): RunController {
  let source: EventSource | null = null;
  let knownTimer: ReturnType<typeof setTimeout> | undefined;
  let knownRequest: AbortController | null = null;
  let refreshing: Promise<void> = Promise.resolve();
  let ended: RunView | null = null;
  let latestTimer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const readKnown = async (signal: AbortSignal) => {
    try {
      const body = { workflowId, document: studio.getState().document, rowLimit: plan.getState().rowLimit };
      const known = await callApi(readPlanKnown, { body }, { signal });
      plan.getState().setKnown(known);
      const steps = [...plan.getState().plan.steps.values()];
      if (steps.some((step) => step.problems.some((problem) => problem.code === "probe_pending"))) askKnown(PROBE_WAIT_MS);
    } catch {
      // What was known stays; the autosave beside it tells that the server is away.
      if (!signal.aborted) askKnown(PROBE_WAIT_MS * 4);
    }
  };
  /** Ends with the answer; one that is overtaken, with the answer of the one that overtook it. */
  const refreshKnown = (): Promise<void> => {
    knownRequest?.abort();
    const request = new AbortController();
    knownRequest = request;
    refreshing = readKnown(request.signal).then(() => (knownRequest === request ? undefined : refreshing));
    return refreshing;
  };
  const askKnown = (wait: number) => {
    clearTimeout(knownTimer);
    if (!stopped) knownTimer = setTimeout(() => void refreshKnown(), wait);
  };
  const show = (next: RunView) => {
    const before = run.getState().stepsByNode;
    const hasNewEnd = next.steps.some((step) => step.state === "done" && before.get(step.nodeId)?.state !== "done");
    if (endsRun(run.getState().run, next)) {
      // What the run made is known before the run is over, so that no card is out of date in between.
      // A cancelled run's end is told twice: by the reply, and by the events.
      ended = next;
      clearTimeout(knownTimer);
      void refreshKnown().then(() => {
        if (ended !== null && run.getState().run?.id === ended.id) run.getState().setRun(ended);
      });
      return;
    }
    run.getState().setRun(next);
    if (hasNewEnd || !isActive(next)) askKnown(hasNewEnd ? KNOWN_WAIT_MS : 0);
  };
  const watch = (runId: string) => {
    source?.close();
    // EventSource connects again by itself, and the first event is the whole run.
    const events = new EventSource(makeApiUrl(watchRun, { params: { runId } }));
    source = events;
    events.addEventListener("run", (event: MessageEvent<string>) => {
      const next = JSON.parse(event.data) as RunView;
      show(next);
      if (!isActive(next)) events.close();
    });
  };
  const showLatest = async () => {
    const { runs } = await callApi(listRuns, { query: { workflowId, limit: 1 } });
    const latest = runs[0];
    const current = run.getState().run;
    if (!latest || stopped || latest.id === current?.id || isActive(current)) return;
    show(latest);
    if (isActive(latest)) watch(latest.id);
  };
  const followLatest = async () => {
    const isIdle = !isActive(run.getState().run) && !run.getState().starting;
    // What fails now is asked again in a moment; the autosave tells that the server is away.
    if (isIdle && !document.hidden) await showLatest().catch(() => undefined);
    if (!stopped) latestTimer = setTimeout(() => void followLatest(), NEW_RUN_WAIT_MS);
  };

  const begin = () => {
    stopped = false;
    const unsubscribe = [
      studio.subscribe((state, before) => {
        if (state.document !== before.document) askKnown(KNOWN_WAIT_MS);
      }),
      plan.subscribe((state, before) => {
        if (state.rowLimit !== before.rowLimit) askKnown(0);
      }),
    ];
    askKnown(0);
    void followLatest();
    return () => {
      stopped = true;
      source?.close();
      knownRequest?.abort();
      clearTimeout(knownTimer);
      clearTimeout(latestTimer);
      for (const end of unsubscribe) end();
    };
  };
  return {
    begin,
    start: async (target, retryFailed = false) => {
      run.getState().setStarting(true);
      try {
        if (!(await autosave.flush())) throw new Error(autosave.store.getState().message ?? "");
        const started = await callApi(startRun, {
          params: { workflowId },
          body: { target, rowLimit: plan.getState().rowLimit, retryFailed, budgetMicros: run.getState().budgetMicros },
        });
        show(started);
        watch(started.id);
      } finally {
        run.getState().setStarting(false);
      }
    },
    pause: async () => {
      const current = run.getState().run;
      if (current) show(await callApi(pauseRun, { params: { runId: current.id } }));
    },
    resume: async () => {
      const current = run.getState().run;
      if (current) show(await callApi(resumeRun, { params: { runId: current.id }, body: { budgetMicros: run.getState().budgetMicros } }));
    },
    cancel: async () => {
      const current = run.getState().run;
      if (current) show(await callApi(cancelRun, { params: { runId: current.id } }));
    },
  };
}
