import { z } from "zod";
import { aggregateFunctions, aggregateName, aggregateType, findUnfitAggregates } from "../../_sdk/aggregates";
import { addColumns, inputColumns, requireColumn, typeOfColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "group",
  version: 2,
  category: "tables",
  icon: "group",
  searchAliases: ["group by", "aggregate", "count", "sum", "summarize"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    keys: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    aggregates: z
      .array(
        z.strictObject({
          function: z.enum(aggregateFunctions).meta({ field: { kind: "select" } }),
          column: z.string().meta({ field: { kind: "column", port: "input" } }),
          name: z.string().meta({ field: { kind: "text" } }),
        }),
      )
      .meta({ field: { kind: "records" } }),
    separator: z
      .string()
      .max(100)
      .meta({ field: { kind: "text" }, advanced: true }),
  }),
  defaults: {
    keys: [],
    aggregates: [{ function: "rows", column: "", name: "" }],
    separator: ", ",
  },
  summaryValues: ({ keys }) => ({ count: keys.length, keys: keys.join(", ") }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { keys, aggregates } = context.params;
    const added = addColumns(base && [], [
      ...keys.map((name) => ({ name, type: typeOfColumn(base, name), param: "keys" })),
      ...aggregates.map((aggregate) => ({
        name: aggregateName(aggregate),
        type: aggregateType(base, aggregate),
        param: "aggregates",
      })),
    ]);
    const nothing = keys.length + aggregates.length === 0;
    return {
      columns: { output: added.columns },
      problems: [
        ...(nothing ? requireColumn(base, "", "aggregates") : []),
        ...keys.flatMap((name) => requireColumn(base, name, "keys")),
        ...findUnfitAggregates(base, aggregates, "aggregates"),
        ...added.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
