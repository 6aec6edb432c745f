import { cellText } from "../../_sdk/prompting";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column }) => [column],
  newColumns: ({ vectorColumn }) => [{ name: vectorColumn, type: "vector" }],
  model: ({ model }) => model,
  sampling: () => ({ temperature: null, topP: null, maxTokens: null, stop: [], seed: null }),
  async processRow(row, context) {
    const { column, instruction, dimensions, purpose, truncate, vectorColumn } = context.params;
    const vector = await context.embed(instruction + cellText(row, column), { dimensions, purpose, truncate });
    return { rows: [{ values: { [vectorColumn]: vector }, call: null }] };
  },
};
