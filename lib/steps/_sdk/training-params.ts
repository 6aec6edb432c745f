import { z } from "zod";
import type { TrainingRequest } from "@/lib/contracts/trainer";
import type { StepProblem } from "./define-step";
import { builtinModel, LOCAL_CONNECTION, type ModelRef } from "./model-ref";
import { modelParam } from "./param-fields";

const adapter = { visibleWhen: { param: "method", is: ["lora", "qlora"] } };
const integer = { field: { kind: "integer" } } as const;
const number = { field: { kind: "number" } } as const;
const select = { field: { kind: "select" } } as const;

/** The parameters that every trainer has beside its own; those that came later have defaults, so that drawn workflows open. Their words are in `training-words.en.json`. */
export const trainingParams = {
  method: z.enum(["lora", "full", "qlora"]).meta(select),
  epochs: z.number().positive().max(1000).meta(number),
  batchSize: z.int().min(1).max(4096).meta(integer),
  learningRate: z.number().positive().max(10).meta(number),
  validationFraction: z.number().min(0).max(0.9).meta(number),
  earlyStoppingPatience: z.int().min(1).nullable().meta(integer),
  earlyStoppingThreshold: z.number().min(0).meta({ ...number, advanced: true }),
  rank: z.int().min(1).max(1024).meta({ ...integer, advanced: true, ...adapter }),
  alpha: z.number().positive().meta({ ...number, advanced: true, ...adapter }),
  dropout: z.number().min(0).max(1).meta({ ...number, advanced: true, ...adapter }),
  gradientAccumulation: z.int().min(1).max(4096).meta({ ...integer, advanced: true }),
  maxSteps: z.int().min(1).nullable().meta({ ...integer, advanced: true }),
  optimiser: z.string().min(1).max(100).default("adamw_torch").meta({ field: { kind: "text" }, advanced: true }),
  scheduler: z.enum(["linear", "cosine", "constant"]).meta({ ...select, advanced: true }),
  warmupSteps: z.int().min(0).meta({ ...integer, advanced: true }),
  weightDecay: z.number().min(0).meta({ ...number, advanced: true }),
  maxGradNorm: z.number().min(0).default(1).meta({ ...number, advanced: true }),
  maxLength: z.int().min(8).max(1_000_000).meta({ ...integer, advanced: true }),
  evaluateEverySteps: z.int().min(1).nullable().meta({ ...integer, advanced: true }),
  bestCheckpoint: z.enum(["loss", "measure", "last"]).default("loss").meta({ ...select, advanced: true }),
  precision: z.enum(["auto", "fp32", "bf16", "fp16"]).default("auto").meta({ ...select, advanced: true }),
  device: z.enum(["auto", "cpu", "cuda", "mps"]).default("auto").meta({ ...select, advanced: true }),
  devices: z.int().min(1).max(1024).default(1).meta({ ...integer, advanced: true, addedLater: true }),
  spread: z.enum(["ddp", "fsdp"]).default("ddp").meta({ ...select, advanced: true, addedLater: true }),
  checkpointEverySteps: z.int().min(1).nullable().default(null).meta({ ...integer, advanced: true, addedLater: true }),
  checkpointEveryMinutes: z.number().positive().nullable().default(null).meta({ ...number, advanced: true, addedLater: true }),
  gradientCheckpointing: z.enum(["auto", "on", "off"]).default("auto").meta({ ...select, advanced: true }),
  seed: z.int().min(0).meta({ ...integer, advanced: true }),
  furtherArguments: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100).meta({ field: { kind: "text" } }),
        value: z.string().max(10_000).meta({ field: { kind: "text" } }),
      }),
    )
    .max(100)
    .default([])
    .meta({ field: { kind: "records" }, advanced: true }),
};

export type TrainingValues = z.infer<z.ZodObject<typeof trainingParams>>;

/** DataDreamer's defaults for LoRA. */
export const trainingDefaults: TrainingValues = {
  method: "lora",
  epochs: 3,
  batchSize: 8,
  learningRate: 1e-3,
  validationFraction: 0.1,
  earlyStoppingPatience: null,
  earlyStoppingThreshold: 0,
  rank: 8,
  alpha: 16,
  dropout: 0,
  gradientAccumulation: 1,
  maxSteps: null,
  optimiser: "adamw_torch",
  scheduler: "linear",
  warmupSteps: 0,
  weightDecay: 0.01,
  maxGradNorm: 1,
  maxLength: 512,
  evaluateEverySteps: null,
  bestCheckpoint: "loss",
  precision: "auto",
  device: "auto",
  devices: 1,
  spread: "ddp",
  checkpointEverySteps: null,
  checkpointEveryMinutes: null,
  gradientCheckpointing: "auto",
  seed: 42,
  furtherArguments: [],
};

/** How often a training is saved changes nothing in what it ends as. */
export const trainingExcludes = ["checkpointEverySteps", "checkpointEveryMinutes"] as const;

/** The base model, and the two places where rows come in. */
export const baseModelParam = { model: modelParam };
export const baseModelDefault = { model: builtinModel };
export const trainingPorts = [
  { name: "train", type: "table", required: true },
  { name: "validation", type: "table", required: false },
  { name: "model", type: "model", required: false },
] as const;

type CommonFields = "method" | "validationFraction" | "epochs" | "maxSteps" | "batchSize" | "gradientAccumulation" | "gradientCheckpointing" | "precision" | "device"
  | "learningRate" | "optimiser" | "scheduler" | "warmupSteps" | "weightDecay" | "maxGradNorm" | "maxLength" | "seed" | "evaluateEverySteps" | "bestCheckpoint" | "earlyStopping" | "advanced" | "devices" | "spread" | "checkpointEverySteps" | "checkpointEveryMinutes";

/** The part of a training request that these parameters decide. */
export function toTrainingSettings(params: TrainingValues): Pick<TrainingRequest, CommonFields> {
  const { method, rank, alpha, dropout, gradientCheckpointing, earlyStoppingPatience, earlyStoppingThreshold } = params;
  return {
    method: method === "full" ? { kind: method } : { kind: method, rank, alpha, dropout },
    validationFraction: params.validationFraction,
    epochs: params.epochs,
    maxSteps: params.maxSteps,
    batchSize: params.batchSize,
    gradientAccumulation: params.gradientAccumulation,
    gradientCheckpointing: gradientCheckpointing === "auto" ? null : gradientCheckpointing === "on",
    precision: params.precision,
    device: params.device,
    learningRate: params.learningRate,
    optimiser: params.optimiser,
    scheduler: params.scheduler,
    warmupSteps: params.warmupSteps,
    weightDecay: params.weightDecay,
    maxGradNorm: params.maxGradNorm,
    maxLength: params.maxLength,
    seed: params.seed,
    evaluateEverySteps: params.evaluateEverySteps,
    bestCheckpoint: params.bestCheckpoint,
    devices: params.devices,
    spread: params.spread,
    checkpointEverySteps: params.checkpointEverySteps,
    checkpointEveryMinutes: params.checkpointEveryMinutes,
    earlyStopping: earlyStoppingPatience === null ? null : { patience: earlyStoppingPatience, threshold: earlyStoppingThreshold },
    advanced: Object.fromEntries(params.furtherArguments.map(({ name, value }) => [name, readArgument(value)])),
  };
}

/** A number, yes or no, a list or an object where it reads as one in JSON; else the text itself. */
function readArgument(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A problem where the model is not one whose weights are here. */
export function requireTrainable(model: ModelRef, param = "model"): StepProblem[] {
  return model.connection === LOCAL_CONNECTION ? [] : [{ code: "model_not_trainable", data: { model: model.model }, param }];
}
