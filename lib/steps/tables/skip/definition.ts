import { z } from "zod";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "skip",
  version: 1,
  category: "tables",
  icon: "list-end",
  searchAliases: ["offset", "tail"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    count: z
      .int()
      .min(0)
      .meta({ field: { kind: "integer" } }),
  }),
  defaults: { count: 0 },
  summaryValues: ({ count }) => ({ count }),
  check: (context) => ({
    columns: { output: inputColumns(context, "input") },
    problems: [],
  }),
  effects: "pure",
  resource: "cpu",
});
