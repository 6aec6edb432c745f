import { listRuns as contract } from "@/lib/contracts/runs";
import { defineRoute } from "@/lib/http/define-route";
import { listRuns } from "@/lib/runs/read-run";

export const GET = defineRoute(contract, ({ resources, query }) => listRuns(resources, query));
