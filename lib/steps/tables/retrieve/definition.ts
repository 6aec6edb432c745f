import { z } from "zod";
import { inputColumns, requireColumn, requireColumns, requireType } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { addStepColumns } from "../../_sdk/step-columns";

const indexParam = (least: number, most: number, usual: number) =>
  z.int().min(least).max(most).default(usual).meta({ field: { kind: "integer" }, advanced: true, addedLater: true, visibleWhen: { param: "search", is: ["approximate"] } });

export const definition = defineStep({
  id: "retrieve",
  version: 1,
  category: "tables",
  icon: "search-check",
  searchAliases: ["retrieval", "nearest", "semantic search", "rag", "knn", "vector", "index", "embedding", "hnsw", "faiss", "approximate"],
  inputs: [
    { name: "queries", type: "table", required: true },
    { name: "documents", type: "table", required: true, side: true },
  ],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    queryVector: z.string().meta({ field: { kind: "column", port: "queries" } }),
    documentVector: z.string().meta({ field: { kind: "column", port: "documents" } }),
    carry: z.array(z.string()).max(50).meta({ field: { kind: "columns", port: "documents" } }),
    k: z.int().min(1).max(1000).meta({ field: { kind: "integer" } }),
    measure: z.enum(["cosine", "inner-product"]).meta({ field: { kind: "select" }, advanced: true }),
    search: z.enum(["exact", "approximate"]).default("exact").meta({ field: { kind: "select" }, advanced: true, addedLater: true }),
    connectivity: indexParam(2, 128, 16),
    buildEffort: indexParam(8, 4000, 128),
    searchEffort: indexParam(8, 10_000, 64),
    resultColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
  }),
  defaults: { queryVector: "embeddings", documentVector: "embeddings", carry: [], k: 5, measure: "cosine", search: "exact", connectivity: 16, buildEffort: 128, searchEffort: 64, resultColumn: "results" },
  incomplete: ["carry"],
  summaryValues: ({ k, carry }) => ({ k, columns: carry.join(", ") }),
  check(context) {
    const { params } = context;
    const queries = inputColumns(context, "queries");
    const documents = inputColumns(context, "documents");
    const added = addStepColumns(queries, [{ name: params.resultColumn, type: "list", param: "resultColumn" }]);
    const problems = [
      ...requireColumn(queries, params.queryVector, "queryVector"),
      ...requireType(queries, params.queryVector, ["vector", "list"], "queryVector"),
      ...requireColumn(documents, params.documentVector, "documentVector"),
      ...requireType(documents, params.documentVector, ["vector", "list"], "documentVector"),
      ...requireColumns(documents, params.carry, "carry"),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "pure",
  resource: "cpu",
});
