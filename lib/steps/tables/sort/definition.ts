import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "sort",
  version: 1,
  category: "tables",
  icon: "arrow-down-a-z",
  searchAliases: ["order by", "rank"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    keys: z
      .array(z.strictObject({ column: z.string(), descending: z.boolean() }))
      .meta({ field: { kind: "sort-keys", port: "input" } }),
  }),
  defaults: { keys: [] },
  incomplete: ["keys"],
  summaryValues: ({ keys }) => ({
    count: keys.length,
    first: keys.map(({ column }) => column).join(", "),
  }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { keys } = context.params;
    const problems =
      keys.length === 0
        ? requireColumn(base, "", "keys")
        : keys.flatMap(({ column }) => requireColumn(base, column, "keys"));
    return { columns: { output: base }, problems };
  },
  effects: "pure",
  resource: "cpu",
});
