import { readRow } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { readRowDetail } from "@/lib/results/read-results";

export const GET = defineRoute(readRow, ({ resources, params, request }) => readRowDetail(resources, params.tableId, params.row, request.signal));
