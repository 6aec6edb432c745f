import { useMemo } from "react";
import { useApi } from "@/components/api/use-api";
import { readRows } from "@/lib/contracts/tables";
import { MAX_TRIALS, type GroupSweep, type WorkflowGroup } from "@/lib/workflow/document";
import { countTrials } from "@/lib/workflow/draw-trials";
import { trialsNodeId } from "@/lib/workflow/unroll-sweep";
import { roundNodeId } from "@/lib/workflow/unrolled";
import { isActive } from "./run-store";
import { useDocumentState, usePlanState, useRunState } from "./studio-context";

interface SweepOutcome {
  /** Trials that have come to an end, in the run that goes on or as their results are stored. */
  done: number;
  best: { trial: number; value: number } | null;
}

/** How far the trials of a group have come, and which was best once all have. */
export function useSweepOutcome({ id }: WorkflowGroup, sweep: GroupSweep): SweepOutcome {
  const first = useDocumentState((state) => state.document.nodes.find((node) => node.group === id)?.id ?? "");
  const node = sweep.objective?.output.node ?? first;
  const plan = usePlanState((state) => state.plan);
  const steps = useRunState((state) => state.stepsByNode);
  const active = useRunState((state) => isActive(state.run));
  const table = plan.steps.get(trialsNodeId(id));
  const isStored = table?.verdict.state === "fresh";
  const page = useApi(readRows, { params: { tableId: `fp~${table?.fingerprint ?? ""}~trials` }, query: { limit: MAX_TRIALS } }, { enabled: isStored });
  const best = isStored ? page.data?.rows.find(({ values }) => values["best"] === true)?.values : undefined;
  const done = useMemo(() => {
    const ids = Array.from({ length: countTrials(sweep) }, (_, index) => roundNodeId(node, index + 1));
    const ended = new Set(["done", "failed", "skipped", "blocked"]);
    return ids.filter((trial) => (active ? ended.has(steps.get(trial)?.state ?? "") : plan.steps.get(trial)?.verdict.state === "fresh")).length;
  }, [sweep, node, active, steps, plan]);
  return { done, best: best ? { trial: Number(best["trial"]), value: Number(best["objective"]) } : null };
}
