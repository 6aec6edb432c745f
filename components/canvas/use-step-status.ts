import { useMemo } from "react";
import { isActive } from "./run-store";
import { countRounds, pickRound, type ShownRound } from "./shown-round";
import { getStepStatus, type StepStatus } from "./step-status";
import { useDocumentState, usePlanState, useRunState } from "./studio-context";

/** The round of a drawn step that its card and its data stand for. */
export function useShownRound(nodeId: string): ShownRound {
  const rounds = useDocumentState((state) => countRounds(state.document, nodeId));
  // Only a step that is in rounds follows more than itself.
  const plan = usePlanState((state) => (rounds > 1 ? state.plan : null));
  const stepsByNode = useRunState((state) => (rounds > 1 ? state.stepsByNode : null));
  const active = useRunState((state) => isActive(state.run));
  return useMemo(
    () => (plan && stepsByNode ? pickRound({ nodeId, rounds, plan, stepsByNode, active }) : { id: nodeId, round: 1, rounds }),
    [nodeId, rounds, plan, stepsByNode, active],
  );
}

/** How a planned step stands: of a step in rounds, that of one of them. */
export function useStepStatus(plannedId: string): StepStatus {
  const planned = usePlanState((state) => state.plan.steps.get(plannedId));
  const known = usePlanState((state) => state.known);
  const stepRun = useRunState((state) => state.stepsByNode.get(plannedId));
  const active = useRunState((state) => isActive(state.run));
  const paused = useRunState((state) => state.run?.state === "paused");
  return useMemo(() => getStepStatus({ planned, stepRun, active, paused, known }), [planned, stepRun, active, paused, known]);
}
