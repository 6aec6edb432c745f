import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { explainCells, typedTableParam } from "../../_sdk/typed-table";

export const definition = defineStep({
  id: "add-row",
  version: 1,
  category: "tables",
  icon: "list-plus",
  searchAliases: ["add item", "append", "insert", "new row"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({ table: typedTableParam }),
  defaults: { table: { columns: [{ name: "text", type: "text" }], rows: [] } },
  summaryValues: ({ table }) => ({ rows: table.rows.length }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { table } = context.params;
    const detail = explainCells(table);
    return {
      columns: { output: base },
      problems: [
        ...table.columns.flatMap(({ name }) => requireColumn(base, name, "table")),
        ...(detail === null
          ? []
          : [{ code: "params_invalid" as const, data: { param: "table", detail }, param: "table" }]),
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
