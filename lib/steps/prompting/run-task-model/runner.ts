import { cellText } from "../../_sdk/prompting";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column }) => [column],
  newColumns: ({ resultColumn, labelColumn, scoreColumn }) => [
    { name: resultColumn, type: "object" },
    { name: labelColumn, type: "text" },
    { name: scoreColumn, type: "number" },
  ],
  model: ({ model }) => model,
  sampling: () => ({ temperature: null, topP: null, maxTokens: null, stop: [], seed: null }),
  async processRow(row, context) {
    const { column, truncate, resultColumn, labelColumn, scoreColumn } = context.params;
    const scores = await context.classify(cellText(row, column), { truncate });
    const [label, score] = Object.entries(scores).reduce<[string | null, number | null]>((best, [name, value]) => (best[1] === null || value > best[1] ? [name, value] : best), [null, null]);
    return { rows: [{ values: { [resultColumn]: scores, [labelColumn]: label, [scoreColumn]: score }, call: null }] };
  },
};
