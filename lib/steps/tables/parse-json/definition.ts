import { z } from "zod";
import { inputColumns, requireColumn, requireType, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "parse-json",
  version: 2,
  category: "tables",
  icon: "braces",
  searchAliases: ["json", "structured", "object"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    shape: z.enum(["object", "list"]).meta({ field: { kind: "select" } }),
    loose: z.boolean().meta({ field: { kind: "switch" } }),
    name: z.string().meta({ field: { kind: "text" } }),
    unfit: z.enum(["fail", "null"]).meta({ field: { kind: "select" } }),
  }),
  defaults: { column: "", shape: "object", loose: true, name: "", unfit: "fail" },
  incomplete: ["column"],
  summaryValues: ({ column }) => ({ column: column || "none" }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { column, shape, name } = context.params;
    const missing = requireColumn(base, column, "column");
    if (missing.length > 0) return { columns: { output: null }, problems: missing };
    const written = writeColumns(base, [{ name: name || column, type: shape, param: "name" }]);
    return {
      columns: { output: written.columns },
      problems: [...requireType(base, column, ["text"], "column"), ...written.problems],
    };
  },
  effects: "pure",
  resource: "cpu",
});
