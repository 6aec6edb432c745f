import { startRun as contract } from "@/lib/contracts/runs";
import { defineRoute } from "@/lib/http/define-route";
import { startWorkflowRun } from "@/lib/runs/start-workflow-run";

export const POST = defineRoute(contract, ({ resources, params, body }) => startWorkflowRun(resources, params.workflowId, body));
