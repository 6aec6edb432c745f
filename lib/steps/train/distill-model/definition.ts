import { z } from "zod";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { promptFormatDefaults, promptFormatParams } from "../../_sdk/prompt-format-params";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "distill-model",
  version: 2,
  category: "train",
  icon: "flask-conical",
  searchAliases: ["distillation", "teacher", "student", "gkd", "logits", "knowledge distillation", "compress"],
  inputs: [...trainingPorts, { name: "teacher", type: "model", required: false }],
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    teacher: modelParam,
    promptColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    maxNewTokens: z.int().min(1).max(100_000).meta({ field: { kind: "integer" } }),
    temperature: z.number().positive().max(10).meta({ field: { kind: "number" }, advanced: true }),
    beta: z.number().min(0).max(1).meta({ field: { kind: "number" }, advanced: true }),
    ...promptFormatParams,
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, teacher: builtinModel, promptColumn: "", maxNewTokens: 128, temperature: 1, beta: 1, ...promptFormatDefaults, ...trainingDefaults },
  identityExcludes: trainingExcludes,
  incomplete: ["promptColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { promptColumn: params.promptColumn, toolsColumn: params.toolsColumn }), ...requireTrainable(params.model), ...requireTrainable(params.teacher, "teacher")],
  }),
  effects: "seeded",
  resource: "gpu",
});
