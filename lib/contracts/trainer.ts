import { z } from "zod";
import { MAX_TRIALS, pruneRules } from "@/lib/workflow/document";
import { errorData } from "./errors";
import { localModelSource } from "./model-source";
import { onlyReward, weightedReward } from "./trainer-rewards";

/**
 * What crosses between the engine and the Python trainer. `scripts/generate-contracts.ts` writes these as JSON Schema to
 * `trainer/src/trainer/contracts/`, where the trainer checks what it reads and writes against them.
 * All paths are relative to the data folder; a path that leaves it is refused.
 */

/** A table as the Parquet parts that hold it, in order. */
const trainingTable = z.strictObject({ parts: z.array(z.string()).min(1), rows: z.int().min(0) });

/** Of a trial before, the last of more evaluations tell nothing more. */
export const MOST_EVALUATIONS = 1000;

const adapter = { rank: z.int().min(1), alpha: z.number().positive(), dropout: z.number().min(0).max(1) };

/** What every recipe is told. The names in `advanced` are those of the installed library's own arguments. */
const common = {
  version: z.literal(2),
  /** Id of the model to be made; its folder is `models/<modelId>`. */
  modelId: z.string(),
  name: z.string(),
  base: localModelSource,
  data: z.strictObject({ train: trainingTable, validation: trainingTable.nullable() }),
  /** `qlora` is LoRA upon weights of four bits. */
  method: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("full") }),
    z.strictObject({ kind: z.literal("lora"), ...adapter }),
    z.strictObject({ kind: z.literal("qlora"), ...adapter }),
  ]),
  /** Share of the training rows held out when no validation table is connected; 0 for none. */
  validationFraction: z.number().min(0).max(0.9),
  epochs: z.number().positive(),
  maxSteps: z.int().positive().nullable(),
  batchSize: z.int().positive(),
  gradientAccumulation: z.int().positive(),
  /** Computes activations twice to hold fewer of them; null is on a GPU alone. */
  gradientCheckpointing: z.boolean().nullable(),
  precision: z.enum(["auto", "fp32", "bf16", "fp16"]),
  device: z.enum(["auto", "cpu", "cuda", "mps"]),
  learningRate: z.number().positive(),
  /** A name of transformers' `OptimizerNames`. */
  optimiser: z.string(),
  scheduler: z.enum(["linear", "cosine", "constant"]),
  warmupSteps: z.int().min(0),
  weightDecay: z.number().min(0),
  /** The norm that gradients are cut to; 0 cuts none. */
  maxGradNorm: z.number().min(0),
  /** Tokens; longer examples are truncated and counted. */
  maxLength: z.int().positive(),
  seed: z.int(),
  /** Optimiser steps between evaluations and checkpoints; null is once an epoch. */
  evaluateEverySteps: z.int().positive().nullable(),
  /** Which weights are kept: of the lowest evaluation loss, of the recipe's own best measure, or the last. */
  bestCheckpoint: z.enum(["loss", "measure", "last"]),
  earlyStopping: z.strictObject({ patience: z.int().positive(), threshold: z.number().min(0) }).nullable(),
  advanced: z.record(z.string(), z.unknown()),
  /** In a sweep: ends the training where its validation loss falls behind. `earlier` has the course of each trial before. */
  pruning: z
    .strictObject({ rule: z.enum(pruneRules), startup: z.int().positive(), earlier: z.array(z.array(z.strictObject({ step: z.int(), loss: z.number() })).max(MOST_EVALUATIONS)).max(MAX_TRIALS) })
    .nullable()
    .default(null),
  /** Devices that train it together. The batch is that of all of them. */
  devices: z.int().min(1).default(1),
  /** `ddp`: each device holds the model and a part of the batch; `fsdp`: each holds a part of the model too. */
  spread: z.enum(["ddp", "fsdp"]).default("ddp"),
  /** Checkpoints beside those at evaluations, by optimiser steps or by minutes; null for none. */
  checkpointEverySteps: z.int().positive().nullable().default(null),
  checkpointEveryMinutes: z.number().positive().nullable().default(null),
};

/** How a prompt is written for the model. */
const promptFormat = {
  /** `chat` wraps prompt and completion in a chat template; `completion` joins them as they are. */
  format: z.enum(["completion", "chat"]),
  systemPrompt: z.string().nullable(),
  /** A Jinja template that takes the place of the model's own and is saved with it; null keeps the model's. */
  chatTemplate: z.string().nullable(),
  /** Column with the functions that a conversation may call; null for none. */
  tools: z.string().nullable().default(null),
};

const fineTuneCausal = z.strictObject({
  ...common,
  ...promptFormat,
  recipe: z.literal("fine-tune-causal"),
  columns: z.strictObject({
    /** Column with the prompt; null trains on the completion column as plain text. */
    prompt: z.string().nullable(),
    completion: z.string(),
  }),
  /** Of a conversation: which of its assistant's turns are learned, or all of its text. */
  turns: z.enum(["all", "last", "everything"]).default("all"),
  /** Short examples share a sequence. */
  packing: z.boolean(),
  /** Noise on the embeddings (NEFTune, arXiv 2310.05914); null for none. */
  neftuneAlpha: z.number().positive().nullable(),
});

const classifier = z.strictObject({
  ...common,
  recipe: z.literal("classifier"),
  columns: z.strictObject({ text: z.string(), label: z.string() }),
  /** The label column holds lists: any number of labels may fit a text. */
  multiLabel: z.boolean(),
  /** `number`: the label column holds numbers, which one output is to come near by the squared error. */
  target: z.enum(["labels", "number"]).default("labels"),
  /** The encoder stays as it is; only the head is trained. */
  frozen: z.boolean().default(false),
});

const setfit = z.strictObject({
  ...common,
  recipe: z.literal("setfit"),
  columns: z.strictObject({ text: z.string(), label: z.string() }),
  multiLabel: z.boolean(),
  /** How many of the pairs of one label and of the pairs of two: the rarer are repeated, the commoner are cut, or each pair comes once. */
  sampling: z.enum(["oversampling", "undersampling", "unique"]),
  /** Pairs of either kind to each text; null takes them by `sampling`. */
  iterations: z.int().positive().nullable(),
  head: z.enum(["logistic-regression", "differentiable"]),
  /** Of a differentiable head alone; the settings above are those of the sentence encoder. */
  headEpochs: z.int().positive(),
  headBatchSize: z.int().positive(),
  headLearningRate: z.number().positive(),
});

const preferenceColumns = z.strictObject({ prompt: z.string(), chosen: z.string(), rejected: z.string() });

/** The losses of the installed TRL's `DPOTrainer`, and KTO's of pairs, which it had once. */
export const dpoLosses = ["sigmoid", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard", "aot", "aot_unpaired", "apo_zero", "apo_down", "discopop", "sft", "sigmoid_norm", "kto_pair"] as const;

const dpo = z.strictObject({
  ...common,
  ...promptFormat,
  recipe: z.literal("dpo"),
  columns: preferenceColumns,
  /** How far the model may go from where it started; higher is less far. */
  beta: z.number().min(0),
  loss: z.enum(dpoLosses),
  labelSmoothing: z.number().min(0).max(0.5),
});

const orpo = z.strictObject({
  ...common,
  ...promptFormat,
  recipe: z.literal("orpo"),
  columns: preferenceColumns,
  /** Weight of the odds ratio beside the likelihood (lambda in arXiv 2403.07691). */
  beta: z.number().min(0),
});

const kto = z.strictObject({
  ...common,
  ...promptFormat,
  recipe: z.literal("kto"),
  /** `label` says of each answer whether it is wanted. */
  columns: z.strictObject({ prompt: z.string(), completion: z.string(), label: z.string() }),
  beta: z.number().min(0),
  loss: z.enum(["kto", "apo_zero_unpaired"]),
  wantedWeight: z.number().positive(),
  unwantedWeight: z.number().positive(),
});

const rewardModel = z.strictObject({
  ...common,
  recipe: z.literal("reward-model"),
  columns: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("pairs"),
      prompt: z.string(),
      chosen: z.string(),
      rejected: z.string(),
      /** Columns of scores, whose difference is the margin that is asked for; null for none. */
      chosenScore: z.string().nullable(),
      rejectedScore: z.string().nullable(),
    }),
    z.strictObject({ kind: z.literal("scores"), prompt: z.string(), completion: z.string(), score: z.string() }),
  ]),
  /** What stands between prompt and answer in the text that is scored. */
  separator: z.string(),
});

const fineTuneSequence = z.strictObject({
  ...common,
  recipe: z.literal("fine-tune-sequence"),
  columns: z.strictObject({ prompt: z.string(), completion: z.string() }),
});

const embedder = z.strictObject({
  ...common,
  recipe: z.literal("embedder"),
  columns: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("triplets"), anchor: z.string(), positive: z.string(), negative: z.string() }),
    z.strictObject({ kind: z.literal("pairs"), anchor: z.string(), positive: z.string() }),
    /** `label` is how near the two texts are, 0 to 1. */
    z.strictObject({ kind: z.literal("labelled-pairs"), anchor: z.string(), other: z.string(), label: z.string() }),
  ]),
  /** By how much the positive is to be nearer than the negative, in cosine distance. */
  margin: z.number().positive(),
});

const reinforcement = z.strictObject({
  ...common,
  ...promptFormat,
  recipe: z.literal("reinforcement"),
  columns: z.strictObject({
    prompt: z.string(),
    /** The right answer, for a rule that compares; null where it is not used. */
    answer: z.string().nullable(),
  }),
  /** Null where `rewards` lists them. */
  reward: onlyReward.nullable(),
  /** Added up by their weights; a reply has no reward where none of them gives one. */
  rewards: z.array(weightedReward).max(50).default([]),
  /** Group relative policy optimisation (arXiv 2402.03300), or REINFORCE leave-one-out (arXiv 2402.14740). */
  algorithm: z.enum(["grpo", "rloo", "ppo"]),
  /** Replies that are written to each prompt and compared. */
  replies: z.int().min(2),
  maxNewTokens: z.int().positive(),
  temperature: z.number().positive(),
  topP: z.number().positive().max(1),
  /** Weight of the distance from the model that the training starts from. */
  beta: z.number().min(0),
});

const distillation = z.strictObject({
  ...common,
  ...promptFormat,
  recipe: z.literal("distillation"),
  columns: z.strictObject({ prompt: z.string() }),
  teacher: localModelSource,
  maxNewTokens: z.int().positive(),
  temperature: z.number().positive(),
  /** 0 is the forward Kullback-Leibler divergence, 1 the reverse, between them Jensen-Shannon's. */
  beta: z.number().min(0).max(1),
});

/** One variant a recipe; `trainer/src/trainer/recipes` has a file of each name. */
export const trainingRequest = z.discriminatedUnion("recipe", [fineTuneCausal, fineTuneSequence, classifier, setfit, embedder, dpo, orpo, kto, rewardModel, reinforcement, distillation]);
export type TrainingRequest = z.infer<typeof trainingRequest>;

export const trainingProgress = z.strictObject({
  phase: z.enum(["loading", "preparing", "training", "saving"]),
  step: z.int().min(0),
  totalSteps: z.int().min(0).nullable(),
  epoch: z.number().min(0),
  secondsLeft: z.number().min(0).nullable(),
  /** What a person should know, e.g. that it went on from a checkpoint. */
  notes: z.array(z.strictObject({ code: z.string(), data: z.record(z.string(), z.unknown()) })),
});

/** A metric of kind `sample`: what the model in training wrote to the first validation prompts, at an evaluation. */
export const trainingSamples = z.strictObject({ samples: z.array(z.strictObject({ prompt: z.string(), reply: z.string(), wanted: z.string().nullable() })) });

export const trainingResult = z.strictObject({
  /** Folder of the model, relative to the data folder. */
  folder: z.string(),
  parameters: z.int(),
  trainableParameters: z.int(),
  steps: z.int(),
  trainRows: z.int(),
  validationRows: z.int(),
  /** Rows left out, with the reason: {row, code}. Counted in full, listed up to 1,000. */
  skipped: z.strictObject({
    count: z.int(),
    rows: z.array(z.strictObject({ row: z.int(), code: z.string() })).max(1000),
  }),
  truncatedRows: z.int(),
  finalTrainLoss: z.number().nullable(),
  bestEvalLoss: z.number().nullable(),
  /** What the recipe measures on the validation rows, of the weights that were kept, such as accuracy. */
  measures: z.record(z.string(), z.number()),
  /** The labels of a classifier, sorted; empty for other models. */
  labels: z.array(z.string()),
  stoppedEarly: z.boolean(),
  device: z.string(),
  devices: z.int().min(1).default(1),
  /** How it was spread over several devices; null for one. */
  spread: z.enum(["ddp", "fsdp"]).nullable().default(null),
  /** How many machines its devices were on. */
  machines: z.int().min(1).default(1),
  seconds: z.number(),
  libraries: z.record(z.string(), z.string()),
});
export type TrainingResult = z.infer<typeof trainingResult>;

/** Written by the trainer to `training.waits_for`. */
export const waitsForDevice = z.discriminatedUnion("code", [
  z.strictObject({ code: z.literal("device_memory"), gigabytes: z.number() }),
  /** It was begun on more devices than are there now. */
  z.strictObject({ code: z.literal("devices"), devices: z.int(), available: z.int() }),
]);

/** Written to `training.error` with state `failed`. Codes are listed in `lib/core/error-catalogue.ts`. */
export const trainingError = z.strictObject({
  code: z.enum([
    "training_no_rows",
    "training_column_missing",
    "training_model_not_found",
    "training_label_single",
    "training_label_unseen",
    "training_labels_too_many",
    "training_validation_shared",
    "training_argument_unknown",
    "training_template_invalid",
    "training_device_missing",
    "training_devices_missing",
    "training_machines_apart",
    "training_memory_short",
    "training_setting_unfit",
    "training_nan_loss",
    "training_out_of_memory",
    "training_disk_full",
    "training_crashed",
    "trial_pruned",
  ]),
  message: z.string(),
  data: errorData,
});

/** A point of a sweep's space: for each parameter its number, or the place of its value in the list. */
type TrialPoint = number[];

/** `POST /v1/suggest-trial` of the trainer. The same question has the same answer. */
export interface TrialQuestion {
  space: ({ kind: "values"; count: number } | { kind: "range"; low: number; high: number; scale: "linear" | "log"; whole: boolean })[];
  /** In their order; `running` are those whose outcome is not waited for. */
  trials: { point: TrialPoint; value: number | null; state: "done" | "failed" | "running" }[];
  direction: "maximise" | "minimise";
  seed: number;
  /** Trials drawn at random before outcomes are looked at. */
  startup: number;
}
