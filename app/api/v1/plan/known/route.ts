import { readPlanKnown } from "@/lib/contracts/workflows";
import { gatherKnown } from "@/lib/engine/gather-known";
import { defineRoute } from "@/lib/http/define-route";

export const POST = defineRoute(readPlanKnown, ({ resources, body }) => gatherKnown(resources, body.document, { workflowId: body.workflowId, rowLimit: body.rowLimit, forEstimate: true }));
