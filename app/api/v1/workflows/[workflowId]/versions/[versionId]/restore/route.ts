import { restoreVersion as contract } from "@/lib/contracts/workflows";
import { defineRoute } from "@/lib/http/define-route";
import { restoreVersion } from "@/lib/workflows/workflow-store";

export const POST = defineRoute(contract, ({ resources, params }) => restoreVersion(resources, params.workflowId, params.versionId));
