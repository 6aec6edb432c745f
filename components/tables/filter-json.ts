import type { FilterAst } from "@/lib/tables/filter-ast";
import type { ColumnFilter } from "./table-query";

/** The filters of the columns as the server reads them: all have to hold. */
export function toFilterJson(filters: readonly ColumnFilter[]): string {
  const ast: FilterAst = {
    and: filters.map(({ column, operator, value }) =>
      operator === "isNull" || operator === "notNull" ? { column, op: operator } : { column, op: operator, value },
    ),
  };
  return JSON.stringify(ast);
}
