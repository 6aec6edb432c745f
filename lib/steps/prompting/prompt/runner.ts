import { findPlaceholders } from "../../_sdk/param-fields";
import { fillPrompt, promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ prompt }) => findPlaceholders(prompt),
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow: (row, context) => promptRow(fillPrompt(context.params.prompt, row), context.params, context),
};
