import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  request: (params) => ({
    ...toTrainingSettings(params),
    recipe: "setfit",
    columns: { text: params.textColumn, label: params.labelColumn },
    multiLabel: params.multiLabel,
    sampling: params.sampling,
    iterations: params.iterations,
    head: params.head,
    headEpochs: params.headEpochs,
    headBatchSize: params.headBatchSize,
    headLearningRate: params.headLearningRate,
  }),
};
