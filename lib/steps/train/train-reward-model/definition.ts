import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

const columnsByKind = {
  pairs: ["promptColumn", "chosenColumn", "rejectedColumn"],
  "pairs-and-scores": ["promptColumn", "chosenColumn", "rejectedColumn", "chosenScoreColumn", "rejectedScoreColumn"],
  scores: ["promptColumn", "completionColumn", "scoreColumn"],
} as const;

export const definition = defineStep({
  id: "train-reward-model",
  version: 1,
  category: "train",
  icon: "award",
  searchAliases: ["reward model", "preference", "rlhf", "bradley-terry", "score", "regression", "judge"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    from: z.enum(["pairs", "pairs-and-scores", "scores"]).meta({ field: { kind: "select" } }),
    promptColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    chosenColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["pairs", "pairs-and-scores"] } }),
    rejectedColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["pairs", "pairs-and-scores"] } }),
    chosenScoreColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["pairs-and-scores"] } }),
    rejectedScoreColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["pairs-and-scores"] } }),
    completionColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["scores"] } }),
    scoreColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["scores"] } }),
    separator: z.string().max(1000).meta({ field: { kind: "multiline" }, advanced: true }),
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, from: "pairs", promptColumn: "", chosenColumn: "", rejectedColumn: "", chosenScoreColumn: "", rejectedScoreColumn: "", completionColumn: "", scoreColumn: "", separator: "\n\n", ...trainingDefaults, bestCheckpoint: "measure" },
  identityExcludes: trainingExcludes,
  incomplete: ["promptColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, Object.fromEntries(columnsByKind[params.from].map((name) => [name, params[name]]))), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
