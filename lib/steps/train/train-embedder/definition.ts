import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";

const columnsByKind = {
  pairs: ["anchorColumn", "positiveColumn"],
  triplets: ["anchorColumn", "positiveColumn", "negativeColumn"],
  "labelled-pairs": ["anchorColumn", "otherColumn", "labelColumn"],
} as const;

export const definition = defineStep({
  id: "train-embedder",
  version: 1,
  category: "train",
  icon: "waypoints",
  searchAliases: ["embedding", "sentence transformers", "vector", "retrieval", "semantic search", "similarity", "contrastive", "triplet"],
  inputs: trainingPorts,
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    from: z.enum(["pairs", "triplets", "labelled-pairs"]).meta({ field: { kind: "select" } }),
    anchorColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    positiveColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["triplets", "pairs"] } }),
    negativeColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["triplets"] } }),
    otherColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["labelled-pairs"] } }),
    labelColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "from", is: ["labelled-pairs"] } }),
    margin: z.number().positive().max(2).meta({ field: { kind: "number" }, advanced: true, visibleWhen: { param: "from", is: ["triplets"] } }),
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, from: "pairs", anchorColumn: "", positiveColumn: "", negativeColumn: "", otherColumn: "", labelColumn: "", margin: 0.5, ...trainingDefaults, bestCheckpoint: "measure" },
  identityExcludes: trainingExcludes,
  incomplete: ["anchorColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, Object.fromEntries(columnsByKind[params.from].map((name) => [name, params[name]]))), ...requireTrainable(params.model)],
  }),
  effects: "seeded",
  resource: "gpu",
});
