import { readBudget as readContract, setBudget as setContract } from "@/lib/contracts/workflows";
import { defineRoute } from "@/lib/http/define-route";
import { readBudget, setBudget } from "@/lib/workflows/workflow-budget";

export const GET = defineRoute(readContract, ({ resources, params }) => readBudget(resources, params.workflowId));
export const PUT = defineRoute(setContract, ({ resources, params, body }) => setBudget(resources, params.workflowId, body.budgetMicros));
