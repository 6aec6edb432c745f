import { z } from "zod";
import { inputColumns, requireColumn, requireType } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { addStepColumns } from "../../_sdk/step-columns";

export const definition = defineStep({
  id: "cosine-similarity",
  version: 1,
  category: "tables",
  icon: "move-diagonal",
  searchAliases: ["similarity", "distance", "vector", "embedding", "semantic"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    a: z.string().meta({ field: { kind: "column", port: "input" } }),
    b: z.string().meta({ field: { kind: "column", port: "input" } }),
    similarityColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
  }),
  defaults: { a: "", b: "", similarityColumn: "similarities" },
  incomplete: ["a", "b"],
  summaryValues: ({ a, b }) => ({ a, b }),
  check(context) {
    const { a, b, similarityColumn } = context.params;
    const columns = inputColumns(context, "input");
    const added = addStepColumns(columns, [{ name: similarityColumn, type: "number", param: "similarityColumn" }]);
    const problems = [
      ...requireColumn(columns, a, "a"),
      ...requireType(columns, a, ["vector", "list"], "a"),
      ...requireColumn(columns, b, "b"),
      ...requireType(columns, b, ["vector", "list"], "b"),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "pure",
  resource: "cpu",
});
