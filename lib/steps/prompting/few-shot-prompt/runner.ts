import { layOutFewShot, type Example } from "../../_sdk/few-shot";
import { readLayout, type ChosenLayout } from "../../_sdk/layout";
import { cellText, promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** More do not fit into any prompt; which of many are shown is for Retrieve to choose. */
const MOST_EXAMPLES = 10_000;

interface Prepared {
  examples: Example[];
  layout: ChosenLayout;
}

export const run: PreparedRunner<typeof definition, Prepared> = {
  kind: "rows",
  hasParts: true,
  async prepare({ params, readTable }) {
    const rows = await readTable("examples", [params.exampleInput, params.exampleOutput], MOST_EXAMPLES);
    return { examples: rows.map((row) => ({ input: cellText(row, params.exampleInput), output: cellText(row, params.exampleOutput) })), layout: readLayout(params) };
  },
  readColumns: ({ column }) => [column],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { params, prepared } = context;
    const examples = prepared.examples.slice(0, context.fitParts(prepared.examples.length, params.minExamples));
    return promptRow(layOutFewShot(examples, cellText(row, params.column), params, prepared.layout), { ...params, shown: examples.length }, context);
  },
};
