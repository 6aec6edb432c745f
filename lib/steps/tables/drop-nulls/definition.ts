import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "drop-nulls",
  version: 1,
  category: "tables",
  icon: "circle-slash",
  searchAliases: ["dropna", "missing", "empty", "remove nulls"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    columns: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    when: z.enum(["any", "all"]).meta({ field: { kind: "select" } }),
    blank: z.boolean().meta({ field: { kind: "switch" } }),
  }),
  defaults: { columns: [], when: "any", blank: false },
  summaryValues: ({ columns }) => ({ count: columns.length, columns: columns.join(", ") }),
  check: (context) => {
    const base = inputColumns(context, "input");
    return {
      columns: { output: base },
      problems: context.params.columns.flatMap((name) => requireColumn(base, name, "columns")),
    };
  },
  effects: "pure",
  resource: "cpu",
});
