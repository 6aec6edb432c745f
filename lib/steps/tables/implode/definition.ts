import { z } from "zod";
import { addColumns, inputColumns, requireColumns, typeOfColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "implode",
  version: 2,
  category: "tables",
  icon: "fold-vertical",
  searchAliases: ["nest", "collect", "rows to list", "gather"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    keys: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    columns: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
  }),
  defaults: { keys: [], columns: [] },
  incomplete: ["keys", "columns"],
  summaryValues: ({ keys, columns }) => ({
    count: columns.length,
    columns: columns.join(", "),
    keys: keys.join(", "),
  }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { keys, columns } = context.params;
    const added = addColumns(base && [], [
      ...keys.map((name) => ({ name, type: typeOfColumn(base, name), param: "keys" })),
      ...columns.map((name) => ({ name, type: "list" as const, param: "columns" })),
    ]);
    return {
      columns: { output: added.columns },
      problems: [
        ...requireColumns(base, keys, "keys"),
        ...requireColumns(base, columns, "columns"),
        ...added.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
