import { prepareAsking, type PreparedAsking } from "../../_sdk/asking";
import { judgePair } from "../../_sdk/judging";
import { judgementColumns } from "../../_sdk/judging-params";
import { cellText } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: PreparedRunner<typeof definition, PreparedAsking> = {
  kind: "rows",
  prepare: prepareAsking,
  readColumns: ({ promptsColumn, a, b }) => [promptsColumn, a, b],
  newColumns: () => judgementColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { promptsColumn, promptLabel, a, b } = context.params;
    return judgePair({ a: cellText(row, a), b: cellText(row, b), prompt: { label: promptLabel, text: cellText(row, promptsColumn) } }, context);
  },
};
