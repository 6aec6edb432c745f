import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { addStepColumns } from "../../_sdk/step-columns";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts } from "../../_sdk/prompting-params";

export const definition = defineStep({
  id: "embed",
  version: 1,
  category: "prompting",
  icon: "waypoints",
  searchAliases: ["embedding", "vector", "sentence transformers", "semantic", "retrieval"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    purpose: z.enum(["document", "query"]).meta({ field: { kind: "select" } }),
    instruction: z.string().max(10_000).meta({ field: { kind: "multiline" }, advanced: true }),
    dimensions: z.int().min(1).max(100_000).nullable().meta({ field: { kind: "integer" }, advanced: true }),
    truncate: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
    vectorColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
  }),
  defaults: { model: { connection: "local", model: "" }, column: "", purpose: "document", instruction: "", dimensions: null, truncate: false, vectorColumn: "embeddings" },
  incomplete: ["model", "column"],
  summaryValues: ({ model, column }) => ({ model: model.model, column }),
  check(context) {
    const { column, vectorColumn } = context.params;
    const columns = inputColumns(context, "input");
    const added = addStepColumns(columns, [{ name: vectorColumn, type: "vector", param: "vectorColumn" }]);
    return { columns: { output: added.columns }, problems: [...requireColumn(columns, column, "column"), ...added.problems], renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
});
