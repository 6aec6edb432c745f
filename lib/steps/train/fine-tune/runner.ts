import { toPromptFormat } from "../../_sdk/prompt-format-params";
import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  request: (params) => ({
    recipe: "fine-tune-causal",
    ...toTrainingSettings(params),
    ...toPromptFormat(params),
    columns: { prompt: params.promptColumn, completion: params.completionColumn },
    turns: params.turns,
    packing: params.packing,
    neftuneAlpha: params.neftuneAlpha,
  }),
};
