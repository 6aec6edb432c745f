import { z } from "zod";
import { defineContract } from "./contract";
import { trainingState } from "./models";
import { trainingRequest, trainingResult } from "./trainer";

/** Lines of one plot; more cannot be told apart. */
export const MOST_COMPARED = 20;

export const comparedTraining = z.strictObject({
  modelId: z.string(),
  name: z.string(),
  nodeId: z.string(),
  runId: z.string(),
  state: trainingState,
  request: trainingRequest,
  result: trainingResult.nullable(),
  metrics: z.array(z.strictObject({ step: z.int(), kind: z.enum(["train", "eval"]), values: z.record(z.string(), z.number().nullable()) })),
});
export type ComparedTraining = z.infer<typeof comparedTraining>;

export const compareTrainings = defineContract({
  method: "GET",
  path: "/trainings",
  summary: "Trainings side by side: those of a run, or of the models named, with their settings and curves thinned to 300 points",
  access: "user",
  query: z.strictObject({
    /** Ids of models, with commas between them. */
    models: z.string().max(2000).default(""),
    run: z.string().max(100).default(""),
  }),
  response: z.strictObject({ trainings: z.array(comparedTraining).max(MOST_COMPARED), /** How many there are; only the first are given. */ total: z.int() }),
});
