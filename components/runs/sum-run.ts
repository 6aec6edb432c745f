import type { RunView } from "@/lib/contracts/runs";

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
    stepsDone: run.steps.filter((step) => step.state === "done" || step.state === "skipped").length,
  };
}
