import { layOutInstruction } from "../../_sdk/instruction-layout";
import { readLayout, type ChosenLayout } from "../../_sdk/layout";
import { cellText, promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: PreparedRunner<typeof definition, ChosenLayout> = {
  kind: "rows",
  prepare: ({ params }) => Promise.resolve(readLayout(params)),
  readColumns: ({ column }) => [column],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow: (row, { params, prepared, ...context }) => promptRow(layOutInstruction(cellText(row, params.column), params, prepared), params, context),
};
