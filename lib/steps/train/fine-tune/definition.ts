import { z } from "zod";
import { requireColumn } from "../../_sdk/check-helpers";
import { defineStep, type PortColumns, type StepProblem } from "../../_sdk/define-step";
import { builtinModel, LOCAL_CONNECTION } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";

const lora = { visibleWhen: { param: "method", is: ["lora"] } };

export const definition = defineStep({
  id: "fine-tune",
  version: 1,
  category: "train",
  icon: "graduation-cap",
  searchAliases: ["train", "sft", "lora", "instruction tuning", "distill", "trainer"],
  inputs: [
    { name: "train", type: "table", required: true },
    { name: "validation", type: "table", required: false },
    { name: "model", type: "model", required: false },
  ],
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    model: modelParam,
    promptColumn: z.string().nullable().meta({ field: { kind: "column", port: "train" } }),
    completionColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    format: z.enum(["completion", "chat"]).meta({ field: { kind: "select" } }),
    systemPrompt: z.string().max(100_000).meta({ field: { kind: "multiline" }, visibleWhen: { param: "format", is: ["chat"] } }),
    method: z.enum(["lora", "full"]).meta({ field: { kind: "select" } }),
    epochs: z.number().positive().max(1000).meta({ field: { kind: "number" } }),
    batchSize: z.int().min(1).max(4096).meta({ field: { kind: "integer" } }),
    learningRate: z.number().positive().max(10).meta({ field: { kind: "number" } }),
    validationFraction: z.number().min(0).max(0.9).meta({ field: { kind: "number" } }),
    earlyStoppingPatience: z.int().min(1).nullable().meta({ field: { kind: "integer" } }),
    earlyStoppingThreshold: z.number().min(0).meta({ field: { kind: "number" }, advanced: true }),
    rank: z.int().min(1).max(1024).meta({ field: { kind: "integer" }, advanced: true, ...lora }),
    alpha: z.number().positive().meta({ field: { kind: "number" }, advanced: true, ...lora }),
    dropout: z.number().min(0).max(1).meta({ field: { kind: "number" }, advanced: true, ...lora }),
    gradientAccumulation: z.int().min(1).max(4096).meta({ field: { kind: "integer" }, advanced: true }),
    maxSteps: z.int().min(1).nullable().meta({ field: { kind: "integer" }, advanced: true }),
    scheduler: z.enum(["linear", "cosine", "constant"]).meta({ field: { kind: "select" }, advanced: true }),
    warmupSteps: z.int().min(0).meta({ field: { kind: "integer" }, advanced: true }),
    weightDecay: z.number().min(0).meta({ field: { kind: "number" }, advanced: true }),
    maxLength: z.int().min(8).max(1_000_000).meta({ field: { kind: "integer" }, advanced: true }),
    evaluateEverySteps: z.int().min(1).nullable().meta({ field: { kind: "integer" }, advanced: true }),
    seed: z.int().min(0).meta({ field: { kind: "integer" }, advanced: true }),
  }),
  defaults: {
    model: builtinModel,
    promptColumn: null,
    completionColumn: "",
    format: "completion",
    systemPrompt: "",
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
    scheduler: "linear",
    warmupSteps: 0,
    weightDecay: 0.01,
    maxLength: 512,
    evaluateEverySteps: null,
    seed: 42,
  },
  incomplete: ["completionColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check({ params, inputs }) {
    const problems: StepProblem[] = [];
    const requireIn = (columns: PortColumns): void => {
      problems.push(...requireColumn(columns, params.completionColumn, "completionColumn"));
      if (params.promptColumn !== null) problems.push(...requireColumn(columns, params.promptColumn, "promptColumn"));
    };
    requireIn(inputs.train?.[0] ?? null);
    if (inputs.validation) requireIn(inputs.validation[0] ?? null);
    if (params.model.connection !== LOCAL_CONNECTION) problems.push({ code: "model_not_trainable", data: { model: params.model.model }, param: "model" });
    return { columns: {}, problems };
  },
  effects: "seeded",
  resource: "gpu",
});
