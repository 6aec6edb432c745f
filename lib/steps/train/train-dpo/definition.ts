import { z } from "zod";
import { dpoLosses } from "@/lib/contracts/trainer";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { promptFormatDefaults, promptFormatParams } from "../../_sdk/prompt-format-params";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "train-dpo",
  version: 2,
  category: "train",
  icon: "scale",
  searchAliases: ["dpo", "preference", "alignment", "rlhf", "direct preference optimization", "ipo", "self-rewarding"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    promptColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    chosenColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    rejectedColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    loss: z.enum(dpoLosses).meta({ field: { kind: "select" } }),
    beta: z.number().min(0).max(100).meta({ field: { kind: "number" } }),
    labelSmoothing: z.number().min(0).max(0.5).meta({ field: { kind: "number" }, visibleWhen: { param: "loss", is: ["sigmoid", "robust", "exo_pair", "aot", "aot_unpaired"] }, advanced: true }),
    ...promptFormatParams,
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, promptColumn: "", chosenColumn: "", rejectedColumn: "", loss: "sigmoid", beta: 0.1, labelSmoothing: 0, ...promptFormatDefaults, ...trainingDefaults },
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
