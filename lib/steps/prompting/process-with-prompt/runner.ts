import { cellText, promptRow, replyColumns, withLabel } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column }) => [column],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { column, instruction, inputLabel, instructionLabel, separator } = context.params;
    // DataDreamer's layout: the input first, the instruction last.
    const prompt = withLabel(inputLabel, cellText(row, column)) + separator + withLabel(instructionLabel, instruction);
    return promptRow(prompt, context.params, context);
  },
};
