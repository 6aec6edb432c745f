import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "select-columns",
  version: 1,
  category: "tables",
  icon: "columns-3",
  searchAliases: ["keep", "pick", "project", "reorder"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    columns: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
  }),
  defaults: { columns: [] },
  incomplete: ["columns"],
  summaryValues: ({ columns }) => ({ count: columns.length }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { columns } = context.params;
    const missing = columns.flatMap((name) =>
      requireColumn(base, name, "columns"),
    );
    const problems =
      columns.length === 0 ? requireColumn(base, "", "columns") : missing;
    return {
      columns: {
        output:
          base &&
          columns.flatMap(
            (name) => base.find((column) => column.name === name) ?? [],
          ),
      },
      problems,
    };
  },
  effects: "pure",
  resource: "cpu",
});
