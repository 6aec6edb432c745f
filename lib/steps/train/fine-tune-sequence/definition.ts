import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "fine-tune-sequence",
  version: 1,
  category: "train",
  icon: "arrow-right-left",
  searchAliases: ["train", "t5", "bart", "seq2seq", "sequence to sequence", "encoder-decoder", "summarise", "translate"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    promptColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    completionColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, promptColumn: "", completionColumn: "", ...trainingDefaults },
  identityExcludes: trainingExcludes,
  incomplete: ["promptColumn", "completionColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { promptColumn: params.promptColumn, completionColumn: params.completionColumn }), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
