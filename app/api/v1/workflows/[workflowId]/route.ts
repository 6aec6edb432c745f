import { deleteWorkflow as deleteContract, readWorkflow as readContract, saveWorkflow as saveContract } from "@/lib/contracts/workflows";
import { defineRoute } from "@/lib/http/define-route";
import { migrateDocument } from "@/lib/workflow/migrate-document";
import { deleteWorkflow, readWorkflow, saveWorkflow } from "@/lib/workflows/workflow-store";

export const GET = defineRoute(readContract, ({ resources, params }) => readWorkflow(resources, params.workflowId));
export const PUT = defineRoute(saveContract, ({ resources, params, body }) => saveWorkflow(resources, params.workflowId, body.baseRevision, migrateDocument(body.document)));
export const DELETE = defineRoute(deleteContract, ({ resources, params }) => deleteWorkflow(resources, params.workflowId));
