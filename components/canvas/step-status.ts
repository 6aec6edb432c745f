import type { StepRunView } from "@/lib/contracts/runs";
import type { PlanKnown } from "@/lib/plan/plan-known";
import type { PlannedStep } from "@/lib/plan/plan-workflow";
import type { StaleReason } from "@/lib/fingerprint/stale-reason";
import type { ErrorData } from "@/lib/core/app-error";

interface StepError {
  code: string;
  message: string;
  data: ErrorData;
}

/** How a step stands, for its badge. */
export type StepStatus =
  | { kind: "fresh"; rows: number | null; failed: number; rejected: number }
  | { kind: "stale"; reason: StaleReason }
  | { kind: "blocked" }
  | { kind: "disabled" }
  | { kind: "waiting"; waitsFor: string | null }
  | { kind: "running"; step: StepRunView }
  | { kind: "paused"; step: StepRunView }
  | { kind: "failed"; error: StepError | null }
  /** An earlier step failed. */
  | { kind: "unreached"; error: StepError | null }
  | { kind: "cancelled" }
  /** The rounds before it were enough, or its trial was given up. */
  | { kind: "skipped"; isTrial: boolean; error: StepError | null };

interface StatusInput {
  planned: PlannedStep | undefined;
  stepRun: StepRunView | undefined;
  /** Its run is still under way. */
  active: boolean;
  /** Its run is paused. */
  paused: boolean;
  known: PlanKnown;
}

function sumRows(rows: Record<string, number>): number | null {
  const counts = Object.values(rows);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** Rows that came out; null for a step without tables. */
function countRows({ definition, params }: PlannedStep, step: StepRunView): number | null {
  const ports = definition && params ? definition.outputs(params) : [];
  return ports.some((port) => port.type === "table") ? step.rowsOut : null;
}

function fromRun(planned: PlannedStep, step: StepRunView, { active, paused }: { active: boolean; paused: boolean }): StepStatus | null {
  const isCurrent = step.fingerprint === planned.fingerprint;
  if (active && step.state === "waiting") return { kind: "waiting", waitsFor: step.waitsFor };
  if (active && step.state === "running") return { kind: (step.training ? step.training.paused : paused) ? "paused" : "running", step };
  if (!isCurrent) return null;
  if (active && step.state === "done") return { kind: "fresh", rows: countRows(planned, step), failed: step.failed, rejected: step.rejected };
  if (step.state === "failed") return { kind: "failed", error: step.error };
  if (step.state === "blocked") return { kind: "unreached", error: step.error };
  if (step.state === "cancelled") return { kind: "cancelled" };
  if (step.state === "skipped") return { kind: "skipped", isTrial: planned.node.trial !== null, error: step.error };
  return null;
}

/** While a run lasts it says how its steps stand; before and after it, the plan does. */
export function getStepStatus({ planned, stepRun, active, paused, known }: StatusInput): StepStatus {
  if (!planned) return { kind: "blocked" };
  const { verdict, fingerprint } = planned;
  const isFresh = verdict.state === "fresh";
  const running = stepRun && !(isFresh && !active) ? fromRun(planned, stepRun, { active, paused }) : null;
  if (running && verdict.state !== "disabled") return running;
  if (verdict.state === "stale") return { kind: "stale", reason: verdict.reason };
  if (verdict.state === "skipped") return { kind: "skipped", isTrial: planned.node.trial !== null, error: null };
  if (!isFresh) return { kind: verdict.state };
  const result = fingerprint ? known.results[fingerprint] : undefined;
  return { kind: "fresh", rows: result ? sumRows(result.rows) : null, failed: result?.failed ?? 0, rejected: result?.rejected ?? 0 };
}
