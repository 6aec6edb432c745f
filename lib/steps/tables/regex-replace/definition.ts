import { z } from "zod";
import { inputColumns, requireColumn, requireType, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "regex-replace",
  version: 1,
  category: "tables",
  icon: "replace-all",
  searchAliases: ["regular expression", "pattern", "substitute", "clean"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    pattern: z.string().max(2000).meta({ field: { kind: "text" } }),
    replacement: z.string().max(2000).meta({ field: { kind: "text" } }),
    which: z.enum(["all", "first"]).meta({ field: { kind: "select" } }),
    name: z.string().meta({ field: { kind: "text" } }),
    ignoreCase: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
  }),
  defaults: { column: "", pattern: "", replacement: "", which: "all", name: "", ignoreCase: false },
  incomplete: ["column", "pattern"],
  summaryValues: ({ column, pattern }) => ({ column: column || "none", pattern }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { column, name } = context.params;
    const missing = requireColumn(base, column, "column");
    if (missing.length > 0) return { columns: { output: null }, problems: missing };
    const written = writeColumns(base, [{ name: name || column, type: "text", param: "name" }]);
    return {
      columns: { output: written.columns },
      problems: [
        ...requireType(base, column, ["text"], "column"),
        ...(context.params.pattern === "" ? requireColumn(base, "", "pattern") : []),
        ...written.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
