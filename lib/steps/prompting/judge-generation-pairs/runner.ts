import { judgePair, judgementColumns } from "../../_sdk/judging";
import { cellText, withLabel } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ promptsColumn, a, b }) => [promptsColumn, a, b],
  newColumns: () => judgementColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { params } = context;
    const blank = params.separator + params.separator;
    const start = withLabel(params.promptLabel, cellText(row, params.promptsColumn)) + blank;
    // DataDreamer's layout: the prompt, both of them and the instruction, a blank line between.
    const layOut = (first: string, second: string): string =>
      start + withLabel(params.aLabel, first) + blank + withLabel(params.bLabel, second) + blank + withLabel(params.instructionLabel, params.instruction);
    return judgePair({ a: cellText(row, params.a), b: cellText(row, params.b) }, params, layOut, context);
  },
};
