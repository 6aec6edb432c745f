import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { builtinModel, LOCAL_CONNECTION } from "../../_sdk/model-ref";
import { addStepColumns } from "../../_sdk/step-columns";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts } from "../../_sdk/prompting-params";

const columnName = z.string().min(1).max(200).meta({ field: { kind: "text" }, advanced: true });

export const definition = defineStep({
  id: "perplexity",
  version: 1,
  category: "evaluate",
  icon: "gauge",
  searchAliases: ["log-likelihood", "language model", "cross entropy", "loss", "score"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    promptColumn: z.string().nullable().meta({ field: { kind: "column", port: "input" } }),
    truncate: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
    perplexityColumn: columnName,
    likelihoodColumn: columnName,
    tokensColumn: columnName,
  }),
  defaults: { model: builtinModel, column: "", promptColumn: null, truncate: false, perplexityColumn: "perplexity", likelihoodColumn: "log_likelihood", tokensColumn: "scored_tokens" },
  incomplete: ["column"],
  summaryValues: ({ model, column }) => ({ model: model.model, column }),
  check(context) {
    const { model, column, promptColumn, perplexityColumn, likelihoodColumn, tokensColumn } = context.params;
    const columns = inputColumns(context, "input");
    const added = addStepColumns(columns, [
      { name: perplexityColumn, type: "number", param: "perplexityColumn" },
      { name: likelihoodColumn, type: "number", param: "likelihoodColumn" },
      { name: tokensColumn, type: "integer", param: "tokensColumn" },
    ]);
    const problems = [
      ...requireColumn(columns, column, "column"),
      ...(promptColumn === null ? [] : requireColumn(columns, promptColumn, "promptColumn")),
      ...(model.connection === LOCAL_CONNECTION ? [] : [{ code: "model_not_trainable" as const, data: { model: model.model }, param: "model" }]),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "pure",
  resource: "llm",
});
