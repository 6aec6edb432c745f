import type { z } from "zod";
import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

function toColumns(params: z.infer<typeof definition.params>) {
  const { promptColumn: prompt, chosenColumn: chosen, rejectedColumn: rejected } = params;
  if (params.from === "scores") return { kind: "scores" as const, prompt, completion: params.completionColumn, score: params.scoreColumn };
  const [chosenScore, rejectedScore] = params.from === "pairs" ? [null, null] : [params.chosenScoreColumn, params.rejectedScoreColumn];
  return { kind: "pairs" as const, prompt, chosen, rejected, chosenScore, rejectedScore };
}

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  request: (params) => ({
    ...toTrainingSettings(params),
    recipe: "reward-model",
    columns: toColumns(params),
    separator: params.separator,
  }),
};
