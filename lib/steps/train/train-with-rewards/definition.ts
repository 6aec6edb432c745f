import { z } from "zod";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { promptFormatDefaults, promptFormatParams } from "../../_sdk/prompt-format-params";
import { baseModelDefault, baseModelParam, requireTrainable, trainingDefaults, trainingExcludes, trainingParams, trainingPorts } from "../../_sdk/training-params";
import { chosenKinds, defaultInstruction, readsAnswers, rewardsParam, type RewardEntry } from "./rewards-param";

const rewardParam = z.enum(["model", "pattern", "answer", "judge", "list"]);

interface Rules {
  reward: z.infer<typeof rewardParam>;
  pattern: string;
  rewards: RewardEntry[];
}

const lacksPattern = ({ kind, pattern }: { kind: string; pattern: string }) => kind === "pattern" && pattern === "";

function requireRules({ reward, pattern, rewards }: Rules): StepProblem[] {
  const isList = reward === "list";
  const isMissing = isList ? rewards.length === 0 || rewards.some(lacksPattern) : lacksPattern({ kind: reward, pattern });
  const param = isList ? "rewards" : "pattern";
  return isMissing ? [{ code: "param_required", data: { param }, param }] : [];
}

export const definition = defineStep({
  id: "train-with-rewards",
  version: 2,
  category: "train",
  icon: "trophy",
  searchAliases: ["grpo", "rloo", "ppo", "reinforcement learning", "rlhf", "rlvr", "reward", "verifiable rewards", "accuracy", "length penalty", "repetition penalty", "think format"],
  inputs: [...trainingPorts, { name: "rewardModel", type: "model", required: false }],
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    ...baseModelParam,
    promptColumn: z.string().meta({ field: { kind: "column", port: "train" } }),
    reward: rewardParam.meta({ field: { kind: "select" } }),
    rewards: rewardsParam,
    rewardModel: modelParam.meta({ field: { kind: "model" }, visibleWhen: { param: "reward", is: ["model", "list"] } }),
    answerColumn: z.string().meta({ field: { kind: "column", port: "train" }, visibleWhen: { param: "reward", is: ["answer", "list"] } }),
    pattern: z.string().max(10_000).meta({ field: { kind: "text" }, visibleWhen: { param: "reward", is: ["pattern", "answer"] } }),
    judge: modelParam.meta({ field: { kind: "model" }, visibleWhen: { param: "reward", is: ["judge", "list"] } }),
    judgeInstruction: z.string().min(1).max(100_000).meta({ field: { kind: "multiline" }, visibleWhen: { param: "reward", is: ["judge"] } }),
    replies: z.int().min(2).max(1024).meta({ field: { kind: "integer" } }),
    maxNewTokens: z.int().min(1).max(100_000).meta({ field: { kind: "integer" } }),
    algorithm: z.enum(["grpo", "rloo", "ppo"]).meta({ field: { kind: "select" }, advanced: true }),
    temperature: z.number().positive().max(10).meta({ field: { kind: "number" }, advanced: true }),
    topP: z.number().positive().max(1).meta({ field: { kind: "number" }, advanced: true }),
    beta: z.number().min(0).max(100).meta({ field: { kind: "number" }, advanced: true }),
    ...promptFormatParams,
    ...trainingParams,
  }),
  defaults: { ...baseModelDefault, promptColumn: "", reward: "model", rewardModel: builtinModel, answerColumn: "", pattern: "", judge: builtinModel, judgeInstruction: defaultInstruction, replies: 8, maxNewTokens: 128, algorithm: "grpo", temperature: 1, topP: 1, beta: 0.04, ...promptFormatDefaults, ...trainingDefaults, batchSize: 16, learningRate: 1e-4, bestCheckpoint: "measure" },
  identityExcludes: trainingExcludes,
  incomplete: ["promptColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs }),
  check: ({ params, inputs }) => ({
    columns: {},
    problems: [...requireTrainingColumns(inputs, { promptColumn: params.promptColumn, answerColumn: readsAnswers(params) ? params.answerColumn : null, toolsColumn: params.toolsColumn }), ...requireTrainable(params.model), ...requireRules(params), ...(chosenKinds(params).has("judge") ? requireTrainable(params.judge, "judge") : [])],
  }),
  effects: "seeded",
  resource: "gpu",
});
