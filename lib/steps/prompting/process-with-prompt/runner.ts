import { cellText, promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** DataDreamer's layout: the input first, the instruction last; an empty label goes with its space. */
function label(name: string, text: string): string {
  return name === "" ? text : `${name} ${text}`;
}

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column }) => [column],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { column, instruction, inputLabel, instructionLabel, separator } = context.params;
    const prompt = label(inputLabel, cellText(row, column)) + separator + label(instructionLabel, instruction);
    return promptRow(prompt, context.params, context);
  },
};
