import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "train-classifier",
  version: 2,
  category: "train",
  icon: "tags",
  searchAliases: ["classifier", "classification", "labels", "sentiment", "bert", "sequence classification", "multi-label", "regression", "score", "number"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    textColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    labelColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    target: z.enum(["labels", "number"]).default("labels").meta({ field: { kind: "select" }, addedLater: true }),
    multiLabel: z.boolean().meta({ field: { kind: "switch" }, visibleWhen: { param: "target", is: ["labels"] } }),
    ...trainingParams,
    frozenEncoder: z.boolean().default(false).meta({ field: { kind: "switch" }, advanced: true, visibleWhen: { param: "method", is: ["full"] }, addedLater: true }),
  }),
  defaults: { ...baseModelDefault, textColumn: "", labelColumn: "", target: "labels", multiLabel: false, frozenEncoder: false, ...trainingDefaults, bestCheckpoint: "measure" },
  identityExcludes: trainingExcludes,
  incomplete: ["textColumn", "labelColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { textColumn: params.textColumn, labelColumn: params.labelColumn }), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
