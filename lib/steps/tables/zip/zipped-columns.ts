import type { Column } from "../../_sdk/columns";
import { nameStepColumns } from "../../_sdk/step-columns";

/** The columns of each table under the names they have in the result: those that an earlier table has get a number. */
export function zippedColumns(tables: readonly (readonly Column[])[]): { from: string; column: Column }[][] {
  const taken: string[] = [];
  return tables.map((columns) => {
    const names = nameStepColumns(columns.map(({ name }) => name), taken);
    const zipped = columns.map((column) => ({ from: column.name, column: { ...column, name: names.get(column.name) ?? column.name } }));
    taken.push(...zipped.map(({ column }) => column.name));
    return zipped;
  });
}
