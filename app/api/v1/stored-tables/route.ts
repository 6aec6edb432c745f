import { listStoredTables as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { describeStoredTable, listStoredTables } from "@/lib/results/stored-tables";

export const GET = defineRoute(contract, async ({ resources, query }) => ({
  tables: await listStoredTables(resources, query.search),
  current: query.current === "" ? null : await describeStoredTable(resources, query.current),
}));
