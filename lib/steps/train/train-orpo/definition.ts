import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { promptFormatDefaults, promptFormatParams } from "../../_sdk/prompt-format-params";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "train-orpo",
  version: 2,
  category: "train",
  icon: "git-compare-arrows",
  searchAliases: ["orpo", "preference", "alignment", "odds ratio"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    promptColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    chosenColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    rejectedColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    beta: z.number().min(0).max(100).meta({ field: { kind: "number" } }),
    ...promptFormatParams,
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, promptColumn: "", chosenColumn: "", rejectedColumn: "", beta: 0.1, ...promptFormatDefaults, ...trainingDefaults },
  identityExcludes: trainingExcludes,
  incomplete: ["promptColumn", "chosenColumn", "rejectedColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { promptColumn: params.promptColumn, chosenColumn: params.chosenColumn, rejectedColumn: params.rejectedColumn, toolsColumn: params.toolsColumn }), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
