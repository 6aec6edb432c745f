import { z } from "zod";
import { inputColumns, requireColumn, requireType, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "split-text",
  version: 1,
  category: "tables",
  icon: "scissors",
  searchAliases: ["tokenize", "lines", "words", "text to list"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    at: z.enum(["separator", "lines", "blank-lines", "spaces"]).meta({ field: { kind: "select" } }),
    separator: z
      .string()
      .max(100)
      .meta({ field: { kind: "text" }, visibleWhen: { param: "at", is: ["separator"] } }),
    trim: z.boolean().meta({ field: { kind: "switch" } }),
    dropEmpty: z.boolean().meta({ field: { kind: "switch" } }),
    name: z.string().meta({ field: { kind: "text" } }),
  }),
  defaults: { column: "", at: "separator", separator: ",", trim: true, dropEmpty: true, name: "" },
  incomplete: ["column"],
  summaryValues: ({ column }) => ({ column: column || "none" }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { column, name } = context.params;
    const missing = requireColumn(base, column, "column");
    if (missing.length > 0) return { columns: { output: null }, problems: missing };
    const written = writeColumns(base, [{ name: name || column, type: "list", param: "name" }]);
    return {
      columns: { output: written.columns },
      problems: [
        ...requireType(base, column, ["text"], "column"),
        ...(context.params.at === "separator" && context.params.separator === "" ? requireColumn(base, "", "separator") : []),
        ...written.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
