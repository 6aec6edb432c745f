import { z } from "zod";
import { addColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { explainCells, typedTableParam } from "../../_sdk/typed-table";

export const definition = defineStep({
  id: "type-table",
  version: 1,
  category: "sources",
  icon: "table",
  searchAliases: ["manual", "inline", "values"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    table: typedTableParam,
  }),
  defaults: {
    table: { columns: [{ name: "text", type: "text" }], rows: [["Hello"]] },
  },
  summaryValues: ({ table }) => ({ rows: table.rows.length }),
  check: ({ params: { table } }) => {
    const { columns, problems } = addColumns(
      [],
      table.columns.map((column) => ({ ...column, param: "table" })),
    );
    const unnamed =
      table.columns.some(({ name }) => name === "") ||
      table.columns.length === 0;
    const detail = explainCells(table);
    return {
      columns: { output: columns },
      problems: [
        ...problems,
        ...(unnamed ? requireColumn(null, "", "table") : []),
        ...(detail === null
          ? []
          : [
              {
                code: "params_invalid" as const,
                data: { param: "table", detail },
                param: "table",
              },
            ]),
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
