import type { z } from "zod";
import type { LocalModelSource } from "@/lib/contracts/trainer";
import type { ModelRef } from "../../_sdk/model-ref";
import { toPromptFormat } from "../../_sdk/prompt-format-params";
import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

function toReward(params: z.infer<typeof definition.params>, { rewardModel, judge }: Readonly<Record<string, LocalModelSource>>) {
  const { reward: kind, pattern, judgeInstruction: instruction } = params;
  if (kind === "model" && rewardModel) return { kind, model: rewardModel };
  if (kind === "judge" && judge) return { kind, model: judge, instruction };
  if (kind === "answer") return { kind, pattern: pattern === "" ? null : pattern };
  return { kind: "pattern" as const, pattern };
}

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  otherModels: ({ reward, rewardModel, judge }): Record<string, ModelRef> => (reward === "model" ? { rewardModel } : reward === "judge" ? { judge } : {}),
  request: (params, others) => ({
    ...toTrainingSettings(params),
    ...toPromptFormat(params),
    recipe: "reinforcement",
    columns: { prompt: params.promptColumn, answer: params.reward === "answer" ? params.answerColumn : null },
    reward: toReward(params, others),
    algorithm: params.algorithm,
    replies: params.replies,
    maxNewTokens: params.maxNewTokens,
    temperature: params.temperature,
    topP: params.topP,
    beta: params.beta,
  }),
};
