import { readRows as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { readRows } from "@/lib/results/read-results";

export const GET = defineRoute(contract, ({ resources, params, query, request }) => readRows(resources, params.tableId, query, request.signal));
