import { readTable } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { openTable } from "@/lib/results/open-table";

export const GET = defineRoute(readTable, async ({ resources, params }) => {
  const { manifest, issues, complete, inputs, notes } = await openTable(resources, params.tableId);
  return { columns: manifest.columns, rows: manifest.rows, rejected: issues.rejected, failed: issues.failed, complete, inputs, notes };
});
