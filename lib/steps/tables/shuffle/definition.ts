import { z } from "zod";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "shuffle",
  version: 1,
  category: "tables",
  icon: "shuffle",
  searchAliases: ["random", "permute"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    seed: z
      .int()
      .min(0)
      .meta({ field: { kind: "integer" } }),
  }),
  defaults: { seed: 0 },
  summaryValues: ({ seed }) => ({ seed: String(seed) }),
  check: (context) => ({
    columns: { output: inputColumns(context, "input") },
    problems: [],
  }),
  effects: "seeded",
  resource: "cpu",
});
