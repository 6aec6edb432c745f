import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

const ofHead = { advanced: true, visibleWhen: { param: "head", is: ["differentiable"] } };

export const definition = defineStep({
  id: "train-setfit",
  version: 2,
  category: "train",
  icon: "sprout",
  searchAliases: ["setfit", "few-shot", "few shot classifier", "contrastive", "small data", "classification", "labels"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    textColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    labelColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    multiLabel: z.boolean().meta({ field: { kind: "switch" } }),
    sampling: z.enum(["oversampling", "undersampling", "unique"]).meta({ field: { kind: "select" } }),
    iterations: z.int().min(1).max(1000).nullable().meta({ field: { kind: "integer" } }),
    head: z.enum(["logistic-regression", "differentiable"]).meta({ field: { kind: "select" } }),
    headEpochs: z.int().min(1).max(1000).meta({ field: { kind: "integer" }, ...ofHead }),
    headBatchSize: z.int().min(1).max(4096).meta({ field: { kind: "integer" }, ...ofHead }),
    headLearningRate: z.number().positive().max(10).meta({ field: { kind: "number" }, ...ofHead }),
    ...trainingParams,
  }),
  // Those of the setfit library; with few rows all of them are for the training.
  defaults: {
    ...baseModelDefault,
    textColumn: "",
    labelColumn: "",
    multiLabel: false,
    sampling: "oversampling",
    iterations: null,
    head: "logistic-regression",
    headEpochs: 16,
    headBatchSize: 2,
    headLearningRate: 0.01,
    ...trainingDefaults,
    method: "full",
    epochs: 1,
    batchSize: 16,
    learningRate: 2e-5,
    maxLength: 256,
    validationFraction: 0,
    bestCheckpoint: "measure",
  },
  identityExcludes: trainingExcludes,
  incomplete: ["textColumn", "labelColumn"],
  summaryValues: ({ model, head, epochs }) => ({ model: model.model, head, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { textColumn: params.textColumn, labelColumn: params.labelColumn }), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
