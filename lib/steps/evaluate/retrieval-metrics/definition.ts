import { z } from "zod";
import { inputColumns, requireColumn, requireType } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { addStepColumns } from "../../_sdk/step-columns";
import { addedColumns } from "./added-columns";

export const definition = defineStep({
  id: "retrieval-metrics",
  version: 1,
  category: "evaluate",
  icon: "target",
  searchAliases: ["recall", "ndcg", "mrr", "hit rate", "rag", "search", "ranking"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [
    { name: "output", type: "table" },
    { name: "summary", type: "table" },
  ],
  params: z.strictObject({
    found: z.string().meta({ field: { kind: "column", port: "input" } }),
    member: z.string().max(200).nullable().meta({ field: { kind: "text" } }),
    gold: z.string().meta({ field: { kind: "column", port: "input" } }),
    k: z.int().min(1).max(1000).meta({ field: { kind: "integer" } }),
  }),
  defaults: { found: "results", member: null, gold: "", k: 5 },
  incomplete: ["gold"],
  summaryValues: ({ found, gold, k }) => ({ found, gold, k }),
  check: (context) => {
    const columns = inputColumns(context, "input");
    const { found, gold, k } = context.params;
    const added = addStepColumns(columns, addedColumns(k).map((name) => ({ name, type: "number" as const, param: "k" })));
    return {
      columns: { output: added.columns, summary: [{ name: "measure", type: "text" }, { name: "value", type: "number" }] },
      problems: [...requireColumn(columns, found, "found"), ...requireType(columns, found, ["list"], "found"), ...requireColumn(columns, gold, "gold"), ...added.problems],
      renamed: added.renamed,
    };
  },
  charts: [{ kind: "bars", port: "summary", label: "measure", values: ["value"] }],
  effects: "pure",
  resource: "cpu",
});
