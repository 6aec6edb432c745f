import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  request: (params) => ({
    recipe: "fine-tune-causal",
    columns: { prompt: params.promptColumn, completion: params.completionColumn },
    format: params.format,
    systemPrompt: params.format === "chat" && params.systemPrompt !== "" ? params.systemPrompt : null,
    method: params.method === "lora" ? { kind: "lora", rank: params.rank, alpha: params.alpha, dropout: params.dropout } : { kind: "full" },
    validationFraction: params.validationFraction,
    epochs: params.epochs,
    maxSteps: params.maxSteps,
    batchSize: params.batchSize,
    gradientAccumulation: params.gradientAccumulation,
    learningRate: params.learningRate,
    scheduler: params.scheduler,
    warmupSteps: params.warmupSteps,
    weightDecay: params.weightDecay,
    maxLength: params.maxLength,
    seed: params.seed,
    evaluateEverySteps: params.evaluateEverySteps,
    earlyStopping: params.earlyStoppingPatience === null ? null : { patience: params.earlyStoppingPatience, threshold: params.earlyStoppingThreshold },
  }),
};
