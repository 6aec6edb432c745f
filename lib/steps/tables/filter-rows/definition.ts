import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "filter-rows",
  version: 2,
  category: "tables",
  icon: "filter",
  searchAliases: ["where", "condition"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    condition: z
      .string()
      .meta({ field: { kind: "expression", port: "input" } }),
  }),
  defaults: { condition: "" },
  incomplete: ["condition"],
  summaryValues: ({ condition }) => ({ condition: condition.trim() || "none" }),
  check: (context) => ({
    columns: { output: inputColumns(context, "input") },
    problems:
      context.params.condition.trim() === ""
        ? requireColumn(null, "", "condition")
        : [],
  }),
  effects: "pure",
  resource: "cpu",
});
