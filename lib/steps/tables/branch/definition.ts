import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "branch",
  version: 2,
  category: "tables",
  icon: "git-branch",
  searchAliases: ["if", "else", "route", "switch", "condition", "gate"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [
    { name: "matching", type: "table" },
    { name: "other", type: "table" },
  ],
  params: z.strictObject({
    condition: z.string().meta({ field: { kind: "expression", port: "input" } }),
  }),
  defaults: { condition: "" },
  incomplete: ["condition"],
  summaryValues: ({ condition }) => ({ condition: condition.trim() || "—" }),
  check(context) {
    const columns = inputColumns(context, "input");
    return { columns: { matching: columns, other: columns }, problems: context.params.condition.trim() === "" ? requireColumn(null, "", "condition") : [] };
  },
  effects: "pure",
  resource: "cpu",
});
