import { toPromptFormat } from "../../_sdk/prompt-format-params";
import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  request: (params) => ({
    ...toTrainingSettings(params),
    ...toPromptFormat(params),
    recipe: "dpo",
    columns: { prompt: params.promptColumn, chosen: params.chosenColumn, rejected: params.rejectedColumn },
    beta: params.beta,
    loss: params.loss,
    labelSmoothing: params.labelSmoothing,
  }),
};
