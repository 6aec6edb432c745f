import type { z } from "zod";
import type { StepRunner } from "../../_sdk/step-runner";
import { toTrainingSettings } from "../../_sdk/training-params";
import type { definition } from "./definition";

function toColumns(params: z.infer<typeof definition.params>) {
  const { from: kind, anchorColumn: anchor, positiveColumn: positive } = params;
  if (kind === "labelled-pairs") return { kind, anchor, other: params.otherColumn, label: params.labelColumn };
  return kind === "pairs" ? { kind, anchor, positive } : { kind, anchor, positive, negative: params.negativeColumn };
}

export const run: StepRunner<typeof definition> = {
  kind: "trainer",
  baseModel: ({ model }) => model,
  request: (params) => ({
    ...toTrainingSettings(params),
    recipe: "embedder",
    columns: toColumns(params),
    margin: params.margin,
  }),
};
