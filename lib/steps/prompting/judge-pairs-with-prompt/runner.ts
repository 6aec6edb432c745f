import { judgePair, judgementColumns } from "../../_sdk/judging";
import { cellText, withLabel } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ a, b }) => [a, b],
  newColumns: () => judgementColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { params } = context;
    const blank = params.separator + params.separator;
    // DataDreamer's layout: both of them and the instruction, a blank line between.
    const layOut = (first: string, second: string): string =>
      withLabel(params.aLabel, first) + blank + withLabel(params.bLabel, second) + blank + withLabel(params.instructionLabel, params.instruction);
    return judgePair({ a: cellText(row, params.a), b: cellText(row, params.b) }, params, layOut, context);
  },
};
