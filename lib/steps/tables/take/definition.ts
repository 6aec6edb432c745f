import { z } from "zod";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "take",
  version: 1,
  category: "tables",
  icon: "list-start",
  searchAliases: ["head", "limit", "first"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    count: z
      .int()
      .min(0)
      .meta({ field: { kind: "integer" } }),
  }),
  defaults: { count: 100 },
  summaryValues: ({ count }) => ({ count }),
  check: (context) => ({
    columns: { output: inputColumns(context, "input") },
    problems: [],
  }),
  effects: "pure",
  resource: "cpu",
});
