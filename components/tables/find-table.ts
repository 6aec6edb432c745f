import { fingerprintIdentity, type StepIdentity } from "@/lib/fingerprint/step-identity";
import type { RunView, StepRunView } from "@/lib/contracts/runs";
import type { PlanKnown } from "@/lib/plan/plan-known";
import type { PlannedStep } from "@/lib/plan/plan-workflow";
import { isActive } from "@/components/canvas/run-store";

export interface TableSource {
  tableId: string;
  /** Rows still come. */
  isLive: boolean;
  /** It is what the step as it is drawn now gives. */
  isCurrent: boolean;
}

interface FindTableInput {
  planned: PlannedStep;
  port: string;
  run: RunView | null;
  stepRun: StepRunView | undefined;
  known: PlanKnown;
}

const hasStarted = (step: StepRunView) => step.state === "running" || step.state === "done" || step.rowsOut > 0 || step.failed > 0 || step.rejected > 0;

/** Where the rows of an output are: in the run that goes on, in the stored result, or in an earlier one. */
export function findTable({ planned, port, run, stepRun, known }: FindTableInput): TableSource | null {
  const { fingerprint, node } = planned;
  const ofRun = run && stepRun && hasStarted(stepRun) ? `run~${run.id}~${node.id}~${port}` : null;
  const isCurrent = stepRun?.fingerprint === fingerprint;
  if (ofRun && isActive(run) && stepRun?.state === "running") return { tableId: ofRun, isLive: true, isCurrent };
  if (fingerprint && known.results[fingerprint]) return { tableId: `fp~${fingerprint}~${port}`, isLive: false, isCurrent: true };
  if (ofRun) return { tableId: ofRun, isLive: false, isCurrent };
  const previous = known.previous[node.id];
  if (!previous) return null;
  return { tableId: `fp~${fingerprintIdentity(previous as unknown as StepIdentity)}~${port}`, isLive: false, isCurrent: false };
}
