import { promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  generateCount: ({ count }) => count,
  readColumns: () => [],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  // The row number is the sample number, as DataDreamer's per-row seed: the same prompt makes as many different calls.
  processRow: (_row, context) => promptRow(context.params.instruction, { ...context.params, samples: 1, firstSample: context.rowNumber }, context),
};
