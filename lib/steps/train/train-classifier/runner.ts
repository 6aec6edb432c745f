import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  request: (params) => ({
    ...toTrainingSettings(params),
    recipe: "classifier",
    columns: { text: params.textColumn, label: params.labelColumn },
    multiLabel: params.target === "labels" && params.multiLabel,
    target: params.target,
    // An adapter is within the encoder.
    frozen: params.method === "full" && params.frozenEncoder,
  }),
};
