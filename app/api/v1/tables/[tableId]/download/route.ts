import { downloadTable as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { downloadTable } from "@/lib/results/download-table";

export const GET = defineRoute(contract, ({ resources, params, query, request }) =>
  downloadTable(resources, params.tableId, { format: query.format, spreadsheetSafe: query.spreadsheetSafe === "true" }, request.signal),
);
