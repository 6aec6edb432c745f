import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "deduplicate",
  version: 1,
  category: "tables",
  icon: "copy-minus",
  searchAliases: ["unique", "distinct", "dedupe", "duplicates"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    columns: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    keep: z.enum(["first", "last"]).meta({ field: { kind: "select" } }),
    ignoreCase: z.boolean().meta({ field: { kind: "switch" } }),
    trim: z.boolean().meta({ field: { kind: "switch" } }),
    normalize: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
  }),
  defaults: { columns: [], keep: "first", ignoreCase: false, trim: false, normalize: false },
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
