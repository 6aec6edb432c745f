import { useMemo } from "react";
import { isActive } from "./run-store";
import { getStepStatus, type StepStatus } from "./step-status";
import { usePlanState, useRunState } from "./studio-context";

export function useStepStatus(nodeId: string): StepStatus {
  const planned = usePlanState((state) => state.plan.steps.get(nodeId));
  const known = usePlanState((state) => state.known);
  const stepRun = useRunState((state) => state.stepsByNode.get(nodeId));
  const active = useRunState((state) => isActive(state.run));
  const paused = useRunState((state) => state.run?.state === "paused");
  return useMemo(() => getStepStatus({ planned, stepRun, active, paused, known }), [planned, stepRun, active, paused, known]);
}
