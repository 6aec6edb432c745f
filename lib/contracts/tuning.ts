import { z } from "zod";
import { defineContract } from "./contract";
import { errorRecord } from "./errors";

/** How a model is tuned at its provider. Null leaves a number to the provider. */
export const tuningSettings = z.strictObject({
  method: z.enum(["supervised", "dpo"]),
  epochs: z.int().positive().nullable(),
  batchSize: z.int().positive().nullable(),
  learningRateMultiplier: z.number().positive().nullable(),
  /** Of DPO: how far the model may go from where it started. */
  beta: z.number().positive().nullable(),
  suffix: z.string(),
  seed: z.int(),
});
export type TuningSettings = z.infer<typeof tuningSettings>;

export const readTuning = defineContract({
  method: "GET",
  path: "/tunings/{fingerprint}",
  summary: "The last fine-tuning job at a provider of a step, by its fingerprint: state, events and metrics",
  access: "user",
  params: z.strictObject({ fingerprint: z.string() }),
  response: z.strictObject({
    id: z.string(),
    name: z.string(),
    state: z.enum(["sending", "open", "done", "failed", "cancelled"]),
    connection: z.strictObject({ id: z.string(), name: z.string() }),
    baseModel: z.string(),
    settings: tuningSettings,
    trainRows: z.int(),
    validationRows: z.int(),
    /** The provider's id and its own word for how the job stands; null before it is there. */
    remoteId: z.string().nullable(),
    status: z.string().nullable(),
    /** When the provider expects its end. */
    finishAt: z.string().nullable(),
    tunedModel: z.string().nullable(),
    trainedTokens: z.int().nullable(),
    costMicros: z.number().nullable(),
    error: errorRecord.nullable(),
    /** The last, newest first. */
    events: z.array(z.strictObject({ id: z.string(), at: z.string(), level: z.string(), message: z.string() })),
    metrics: z.array(z.strictObject({ step: z.int(), kind: z.enum(["train", "eval"]), values: z.record(z.string(), z.number().nullable()) })),
  }),
});
