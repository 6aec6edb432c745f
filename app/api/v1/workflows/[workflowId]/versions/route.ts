import { createVersion as createContract, listVersions as listContract } from "@/lib/contracts/workflows";
import { defineRoute } from "@/lib/http/define-route";
import { createVersion, listVersions } from "@/lib/workflows/workflow-store";

export const GET = defineRoute(listContract, async ({ resources, params }) => ({ versions: await listVersions(resources, params.workflowId) }));
export const POST = defineRoute(createContract, ({ resources, params, body }) => createVersion(resources, params.workflowId, body.name));
