import { z } from "zod";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "shard",
  version: 1,
  category: "tables",
  icon: "chart-pie",
  searchAliases: ["part", "num_shards", "slice"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    shards: z
      .int()
      .min(1)
      .meta({ field: { kind: "integer" } }),
    index: z
      .int()
      .min(0)
      .meta({ field: { kind: "integer" } }),
    contiguous: z.boolean().meta({ field: { kind: "switch" } }),
  }),
  defaults: { shards: 2, index: 0, contiguous: false },
  summaryValues: ({ shards, index }) => ({ shards, number: index + 1 }),
  check: (context) => {
    const { shards, index } = context.params;
    return {
      columns: { output: inputColumns(context, "input") },
      problems:
        index < shards
          ? []
          : [{ code: "shard_missing", data: { index, last: shards - 1 }, param: "index" }],
    };
  },
  effects: "pure",
  resource: "cpu",
});
