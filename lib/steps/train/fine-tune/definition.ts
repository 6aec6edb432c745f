import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { promptFormatDefaults, promptFormatParams } from "../../_sdk/prompt-format-params";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "fine-tune",
  version: 2,
  category: "train",
  icon: "graduation-cap",
  searchAliases: ["train", "sft", "lora", "instruction tuning", "distill", "trainer"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    promptColumn: z.string().nullable().meta({ field: { kind: "column", port: "train" } }),
    completionColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    turns: z.enum(["all", "last", "everything"]).default("all").meta({ field: { kind: "select" }, advanced: true, addedLater: true }),
    ...promptFormatParams,
    ...trainingParams,
    packing: z.boolean().default(false).meta({ field: { kind: "switch" }, advanced: true }),
    neftuneAlpha: z.number().positive().max(1000).nullable().default(null).meta({ field: { kind: "number" }, advanced: true }),
  }),
  defaults: { ...baseModelDefault, promptColumn: null, completionColumn: "", turns: "all", ...promptFormatDefaults, ...trainingDefaults, packing: false, neftuneAlpha: null },
  identityExcludes: trainingExcludes,
  incomplete: ["completionColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { completionColumn: params.completionColumn, promptColumn: params.promptColumn, toolsColumn: params.toolsColumn }), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
