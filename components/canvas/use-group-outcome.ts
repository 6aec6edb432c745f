import { useMemo } from "react";
import type { WorkflowGroup } from "@/lib/workflow/document";
import { roundNodeId } from "@/lib/workflow/unrolled";
import { isActive } from "./run-store";
import { useDocumentState, usePlanState, useRunState } from "./studio-context";

export interface GroupOutcome {
  /** Rounds that were run, or are running. */
  done: number;
  /** Rows of the watched table so far, over all rounds. */
  rows: number;
  isRunning: boolean;
}

/** How far the rounds of a group have come: in the run that goes on, or as their results are stored. */
export function useGroupOutcome({ id, repeat }: WorkflowGroup): GroupOutcome {
  const first = useDocumentState((state) => state.document.nodes.find((node) => node.group === id)?.id ?? "");
  const node = repeat?.stop?.output.node ?? first;
  const port = repeat?.stop?.output.port ?? "";
  const plan = usePlanState((state) => state.plan);
  const known = usePlanState((state) => state.known);
  const steps = useRunState((state) => state.stepsByNode);
  const active = useRunState((state) => isActive(state.run));
  return useMemo(() => {
    const outcome: GroupOutcome = { done: 0, rows: 0, isRunning: false };
    for (let round = 1; round <= (repeat?.rounds ?? 0); round++) {
      const planned = plan.steps.get(roundNodeId(node, round));
      const step = steps.get(roundNodeId(node, round));
      const result = planned?.verdict.state === "fresh" ? known.results[planned.fingerprint ?? ""] : undefined;
      const isUnderWay = active && step !== undefined && (step.state === "running" || step.state === "done");
      if (!result && !isUnderWay) continue;
      outcome.done = round;
      outcome.rows += result?.rows[port] ?? step?.rowsOut ?? 0;
      outcome.isRunning ||= active;
    }
    return outcome;
  }, [repeat, node, port, plan, known, steps, active]);
}
