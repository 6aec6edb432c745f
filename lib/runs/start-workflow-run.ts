import type { RunTarget, RunView } from "@/lib/contracts/runs";
import type { SharedResources } from "@/lib/engine/resources";
import { startRun } from "@/lib/engine/start-run";
import { readWorkflow } from "@/lib/workflows/workflow-store";
import { overrideParams } from "./override-params";
import { readRun } from "./read-run";

export interface RunOptions {
  target: RunTarget;
  rowLimit: number | null;
  retryFailed: boolean;
  budgetMicros: number | null;
  overrides: Record<string, Record<string, unknown>>;
}

/** Runs a stored workflow as it is now. */
export async function startWorkflowRun(resources: SharedResources, workflowId: string, { target, rowLimit, retryFailed, budgetMicros, overrides }: RunOptions): Promise<RunView> {
  const { document } = await readWorkflow(resources, workflowId);
  const runId = await startRun(resources, { workflowId, document: overrideParams(document, overrides), target, rowLimit, retryFailed, budgetMicros });
  return readRun(resources, runId);
}
