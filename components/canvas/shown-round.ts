import type { StepRunView } from "@/lib/contracts/runs";
import type { Plan } from "@/lib/plan/plan-workflow";
import type { WorkflowDocument, WorkflowGroup } from "@/lib/workflow/document";
import { countTrials } from "@/lib/workflow/draw-trials";
import { roundNodeId } from "@/lib/workflow/unrolled";

export interface ShownRound {
  /** Id of the planned step. */
  id: string;
  /** From 1. */
  round: number;
  /** Of its group; 1 outside of a repeated one. */
  rounds: number;
}

export function findGroup({ nodes, groups }: WorkflowDocument, nodeId: string): WorkflowGroup | undefined {
  const group = nodes.find((node) => node.id === nodeId)?.group;
  return groups.find(({ id }) => id === group);
}

/** How often a drawn step is run: its rounds, or trials. */
export function countRounds(document: WorkflowDocument, nodeId: string): number {
  const group = findGroup(document, nodeId);
  return group?.repeat?.rounds ?? (group?.sweep ? Math.max(1, countTrials(group.sweep)) : 1);
}

interface PickInput {
  nodeId: string;
  rounds: number;
  plan: Plan;
  stepsByNode: ReadonlyMap<string, StepRunView>;
  /** A run is under way. */
  active: boolean;
}

/**
 * The round that a card stands for: while a run lasts the one that is running or ended last; else the first that is not up
 * to date; else the last that was run.
 */
export function pickRound({ nodeId, rounds, plan, stepsByNode, active }: PickInput): ShownRound {
  const all = Array.from({ length: rounds }, (_, index) => ({ id: roundNodeId(nodeId, index + 1), round: index + 1, rounds }));
  const first = { id: nodeId, round: 1, rounds };
  if (rounds === 1) return first;
  const stateOf = ({ id }: ShownRound) => stepsByNode.get(id)?.state;
  const verdictOf = ({ id }: ShownRound) => plan.steps.get(id)?.verdict.state;
  if (active) {
    const current = all.find((shown) => stateOf(shown) === "running") ?? all.findLast((shown) => stateOf(shown) === "done" || stateOf(shown) === "failed");
    return current ?? first;
  }
  const isLeftOut = (shown: ShownRound) => verdictOf(shown) === "skipped" || (verdictOf(shown) === "stale" && stateOf(shown) === "skipped" && stepsByNode.get(shown.id)?.fingerprint === plan.steps.get(shown.id)?.fingerprint);
  return all.find((shown) => verdictOf(shown) !== "fresh" && !isLeftOut(shown)) ?? all.findLast((shown) => verdictOf(shown) === "fresh") ?? first;
}
