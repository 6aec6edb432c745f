import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  needsTrainer: true,
  run: ({ params, exportModel }) => exportModel(params),
};
