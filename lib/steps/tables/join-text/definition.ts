import { z } from "zod";
import { inputColumns, requireColumn, requireColumns, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "join-text",
  version: 1,
  category: "tables",
  icon: "link",
  searchAliases: ["concatenate", "list to text", "combine columns"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    columns: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    separator: z.string().max(100).meta({ field: { kind: "text" } }),
    skipEmpty: z.boolean().meta({ field: { kind: "switch" } }),
    name: z.string().meta({ field: { kind: "text" } }),
  }),
  defaults: { columns: [], separator: " ", skipEmpty: true, name: "text" },
  incomplete: ["columns"],
  summaryValues: ({ columns }) => ({ count: columns.length, columns: columns.join(", ") }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { columns, name } = context.params;
    const written = writeColumns(base, [{ name, type: "text", param: "name" }]);
    return {
      columns: { output: written.columns },
      problems: [
        ...requireColumns(base, columns.slice(0, 1), "columns"),
        ...columns.slice(1).flatMap((column) => requireColumn(base, column, "columns")),
        ...written.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
