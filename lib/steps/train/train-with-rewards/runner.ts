import type { z } from "zod";
import type { LocalModelSource } from "@/lib/contracts/model-source";
import type { OnlyReward, WeightedReward } from "@/lib/contracts/trainer-rewards";
import type { ModelRef } from "../../_sdk/model-ref";
import { toPromptFormat } from "../../_sdk/prompt-format-params";
import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";
import { chosenKinds, readsAnswers, type RewardEntry } from "./rewards-param";

type Params = z.infer<typeof definition.params>;
type Models = Readonly<Record<string, LocalModelSource>>;

/** DAPO's share of the longest reply (arXiv 2503.14476: 4,096 of 20,480 tokens), as TRL has no default. */
const CACHE_SHARE = 0.2;

interface OwnKind {
  kind: OnlyReward["kind"];
  pattern: string;
  instruction: string;
}

function toOwnReward({ kind, pattern, instruction }: OwnKind, { rewardModel, judge }: Models): OnlyReward {
  if (kind === "model" && rewardModel) return { kind, model: rewardModel };
  if (kind === "judge" && judge) return { kind, model: judge, instruction };
  if (kind === "answer") return { kind, pattern: pattern === "" ? null : pattern };
  return { kind: "pattern", pattern };
}

function toReward(entry: RewardEntry, models: Models, maxNewTokens: number): WeightedReward["reward"] {
  const { kind } = entry;
  const longest = entry.longest ?? maxNewTokens;
  switch (kind) {
    case "accuracy":
    case "think-format":
      return { kind };
    case "cosine":
      return { kind, maxLen: longest, minValueWrong: entry.minValueWrong, maxValueWrong: entry.maxValueWrong, minValueCorrect: entry.minValueCorrect, maxValueCorrect: entry.maxValueCorrect };
    case "repetition":
      return { kind, ngramSize: entry.ngramSize, maxPenalty: entry.maxPenalty };
    case "overlong":
      return { kind, maxCompletionLen: longest, softPunishCache: entry.cache ?? Math.round(longest * CACHE_SHARE) };
    default:
      return toOwnReward({ ...entry, kind }, models);
  }
}

function toRewards(params: Params, models: Models): { reward: OnlyReward | null; rewards: WeightedReward[] } {
  const { reward: kind, rewards, pattern, judgeInstruction: instruction, maxNewTokens } = params;
  if (kind !== "list") return { reward: toOwnReward({ kind, pattern, instruction }, models), rewards: [] };
  return { reward: null, rewards: rewards.map((entry) => ({ weight: entry.weight, reward: toReward(entry, models, maxNewTokens) })) };
}

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  otherModels: (params): Record<string, ModelRef> => {
    const kinds = chosenKinds(params);
    return { ...(kinds.has("model") && { rewardModel: params.rewardModel }), ...(kinds.has("judge") && { judge: params.judge }) };
  },
  request: (params, others) => ({
    ...toTrainingSettings(params),
    ...toPromptFormat(params),
    recipe: "reinforcement",
    columns: { prompt: params.promptColumn, answer: readsAnswers(params) ? params.answerColumn : null },
    ...toRewards(params, others),
    algorithm: params.algorithm,
    replies: params.replies,
    maxNewTokens: params.maxNewTokens,
    temperature: params.temperature,
    topP: params.topP,
    beta: params.beta,
  }),
};
