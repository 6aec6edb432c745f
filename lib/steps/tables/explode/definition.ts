import { z } from "zod";
import { inputColumns, requireColumn, requireType, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "explode",
  version: 2,
  category: "tables",
  icon: "unfold-vertical",
  searchAliases: ["unnest", "flatten", "list to rows"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    empty: z.enum(["keep", "reject"]).meta({ field: { kind: "select" } }),
    indexColumn: z.string().meta({ field: { kind: "text" }, advanced: true }),
  }),
  defaults: { column: "", empty: "keep", indexColumn: "" },
  incomplete: ["column"],
  summaryValues: ({ column }) => ({ column: column || "none" }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { column, indexColumn } = context.params;
    const missing = requireColumn(base, column, "column");
    if (missing.length > 0) return { columns: { output: null }, problems: missing };
    const written = writeColumns(base, [
      { name: column, type: "unknown", param: "column" },
      ...(indexColumn === "" ? [] : [{ name: indexColumn, type: "integer" as const, param: "indexColumn" }]),
    ]);
    return {
      columns: { output: written.columns },
      problems: [...requireType(base, column, ["list"], "column"), ...written.problems],
    };
  },
  effects: "pure",
  resource: "cpu",
});
