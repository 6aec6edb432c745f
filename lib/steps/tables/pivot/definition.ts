import { z } from "zod";
import { aggregateFunctions, aggregateType, findUnfitAggregates } from "../../_sdk/aggregates";
import { addColumns, inputColumns, requireColumn, requireColumns, typeOfColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "pivot",
  version: 2,
  category: "tables",
  icon: "table-2",
  searchAliases: ["wide", "crosstab", "spread", "long to wide"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    keys: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    nameColumn: z.string().meta({ field: { kind: "column", port: "input" } }),
    names: z.array(z.string()).meta({ field: { kind: "string-list" } }),
    valueColumn: z.string().meta({ field: { kind: "column", port: "input" } }),
    function: z.enum(aggregateFunctions).meta({ field: { kind: "select" } }),
  }),
  defaults: { keys: [], nameColumn: "", names: [], valueColumn: "", function: "first" },
  incomplete: ["keys", "nameColumn", "names", "valueColumn"],
  summaryValues: ({ nameColumn, names }) => ({ column: nameColumn || "none", count: names.length }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { keys, nameColumn, names, valueColumn, function: compute } = context.params;
    const aggregate = { function: compute, column: valueColumn };
    const added = addColumns(base && [], [
      ...keys.map((name) => ({ name, type: typeOfColumn(base, name), param: "keys" })),
      ...names.map((name) => ({ name, type: aggregateType(base, aggregate), param: "names" })),
    ]);
    return {
      columns: { output: added.columns },
      problems: [
        ...requireColumns(base, keys, "keys"),
        ...requireColumn(base, nameColumn, "nameColumn"),
        ...(names.length === 0 ? requireColumn(base, "", "names") : []),
        ...findUnfitAggregates(base, [aggregate], "valueColumn"),
        ...added.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
