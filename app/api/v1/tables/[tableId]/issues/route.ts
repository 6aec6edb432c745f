import { readIssues as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { readIssues } from "@/lib/results/read-results";

export const GET = defineRoute(contract, ({ resources, params, query, request }) => readIssues(resources, params.tableId, query, request.signal));
