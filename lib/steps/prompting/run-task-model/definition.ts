import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { addStepColumns } from "../../_sdk/step-columns";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts } from "../../_sdk/prompting-params";

const columnName = z.string().min(1).max(200).meta({ field: { kind: "text" } });

export const definition = defineStep({
  id: "run-task-model",
  version: 1,
  category: "prompting",
  icon: "tags",
  searchAliases: ["classify", "classifier", "classification", "sentiment", "toxicity", "labels", "scores", "task model", "transformers"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    truncate: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
    resultColumn: columnName,
    labelColumn: columnName,
    scoreColumn: columnName,
  }),
  defaults: { model: { connection: "local", model: "" }, column: "", truncate: false, resultColumn: "results", labelColumn: "label", scoreColumn: "score" },
  incomplete: ["model", "column"],
  summaryValues: ({ model, column }) => ({ model: model.model, column }),
  check(context) {
    const { column, resultColumn, labelColumn, scoreColumn } = context.params;
    const columns = inputColumns(context, "input");
    const added = addStepColumns(columns, [
      { name: resultColumn, type: "object", param: "resultColumn" },
      { name: labelColumn, type: "text", param: "labelColumn" },
      { name: scoreColumn, type: "number", param: "scoreColumn" },
    ]);
    return { columns: { output: added.columns }, problems: [...requireColumn(columns, column, "column"), ...added.problems], renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
});
