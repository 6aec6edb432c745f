import type { WorkflowDocument } from "@/lib/workflow/document";
import { createAutosave, readDraft } from "./autosave";
import { createFlowStore } from "./flow-store";
import { createPlanStore } from "./plan-store";
import { createRunController } from "./run-controller";
import { readBudget, readRowLimit } from "./run-options";
import { createRunStore } from "./run-store";
import type { Studio } from "./studio-context";
import { createStudioStore } from "./studio-store";
import { createViewStore } from "./view-store";

/** Opens a workflow: with the edits that were not saved before a reload, if there are any. */
export function createStudio(workflowId: string, revision: number, saved: WorkflowDocument): Studio {
  const document = createStudioStore(readDraft(workflowId, revision) ?? saved);
  const plan = createPlanStore(document, readRowLimit(workflowId));
  const run = createRunStore(readBudget(workflowId));
  const autosave = createAutosave({ workflowId, revision, studio: document, saved });
  const runs = createRunController({ workflowId, studio: document, plan, run, autosave });
  return { workflowId, document, flow: createFlowStore(document), plan, run, view: createViewStore(), autosave, runs };
}

/** Starts what goes on beside the drawing; call what it gives to end that. */
export function beginStudio({ autosave, runs }: Studio): () => void {
  const ends = [autosave.begin(), runs.begin()];
  return () => {
    for (const end of ends) end();
  };
}
