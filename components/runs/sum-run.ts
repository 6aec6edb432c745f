import type { RunView } from "@/lib/contracts/runs";

type Batch = NonNullable<RunView["steps"][number]["batch"]>;

/** All open batches as one; null where there is none. */
function joinBatches([first, ...others]: Batch[]): Batch | null {
  if (!first) return null;
  return others.reduce((sum, { total, done, deadline, error }) => ({ total: sum.total + total, done: sum.done + done, deadline: [sum.deadline, deadline].filter((time) => time !== null).sort().at(-1) ?? null, error: sum.error ?? error }), first);
}

const MICROS = 1_000_000;

/** Totals of a run: rows, pace and money over all of its steps. */
export function sumRun(run: RunView) {
  const sum = (pick: (step: RunView["steps"][number]) => number | null) => run.steps.reduce((total, step) => total + (pick(step) ?? 0), 0);
  const running = run.steps.filter((step) => step.state === "running");
  const left = running.map((step) => step.secondsLeft).filter((seconds) => seconds !== null);
  return {
    rows: sum((step) => Math.max(step.rowsDone, step.rowsOut)),
    calls: sum((step) => step.calls),
    cached: sum((step) => step.callsCached),
    tokens: sum((step) => step.promptTokens + step.completionTokens),
    cost: sum((step) => step.costMicros) / MICROS,
    failed: sum((step) => step.failed),
    rate: running.reduce((total, step) => total + (step.rate ?? 0), 0),
    secondsLeft: left.length > 0 ? Math.max(...left) : null,
    batch: joinBatches(run.steps.flatMap(({ batch }) => batch ?? [])),
    stepsDone: run.steps.filter((step) => step.state === "done" || step.state === "skipped").length,
  };
}
