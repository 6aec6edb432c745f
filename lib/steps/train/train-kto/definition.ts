import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { promptFormatDefaults, promptFormatParams } from "../../_sdk/prompt-format-params";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "train-kto",
  version: 2,
  category: "train",
  icon: "thumbs-up",
  searchAliases: ["kto", "preference", "alignment", "thumbs", "feedback", "binary", "unpaired"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    promptColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    completionColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    labelColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    loss: z.enum(["kto", "apo_zero_unpaired"]).meta({ field: { kind: "select" }, advanced: true }),
    beta: z.number().min(0).max(100).meta({ field: { kind: "number" } }),
    wantedWeight: z.number().positive().max(1000).meta({ field: { kind: "number" }, advanced: true }),
    unwantedWeight: z.number().positive().max(1000).meta({ field: { kind: "number" }, advanced: true }),
    ...promptFormatParams,
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, promptColumn: "", completionColumn: "", labelColumn: "", loss: "kto", beta: 0.1, wantedWeight: 1, unwantedWeight: 1, ...promptFormatDefaults, ...trainingDefaults },
  identityExcludes: trainingExcludes,
  incomplete: ["promptColumn", "completionColumn", "labelColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { promptColumn: params.promptColumn, completionColumn: params.completionColumn, labelColumn: params.labelColumn, toolsColumn: params.toolsColumn }), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
