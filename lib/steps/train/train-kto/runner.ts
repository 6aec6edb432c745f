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
    recipe: "kto",
    columns: { prompt: params.promptColumn, completion: params.completionColumn, label: params.labelColumn },
    beta: params.beta,
    loss: params.loss,
    wantedWeight: params.wantedWeight,
    unwantedWeight: params.unwantedWeight,
  }),
};
