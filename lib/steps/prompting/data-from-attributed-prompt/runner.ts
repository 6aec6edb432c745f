import { layOut, readLayout, type ChosenLayout } from "../../_sdk/layout";
import { findPlaceholders } from "../../_sdk/param-fields";
import { cellText, fillPrompt, promptRow } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import { findCombination, type Combination } from "./combinations";
import type { definition } from "./definition";

const MOST_COMBINATIONS = 100_000;

interface Prepared {
  combinations: Combination[];
  layout: ChosenLayout;
}

export const run: PreparedRunner<typeof definition, Prepared> = {
  kind: "rows",
  generateCount: ({ count }) => count,
  async prepare({ params, readTable }) {
    const names = findPlaceholders(params.instruction);
    const rows = await readTable("combinations", params.attributes.length > 0 ? [] : names, MOST_COMBINATIONS);
    return { combinations: rows.map((row) => Object.fromEntries(names.map((name) => [name, cellText(row, name)]))), layout: readLayout(params) };
  },
  readColumns: () => [],
  newColumns: ({ attributesColumn, promptColumn, replyColumn }) => [
    { name: attributesColumn, type: "object" },
    { name: promptColumn, type: "text" },
    { name: replyColumn, type: "text" },
  ],
  model: ({ model }) => model,
  sampling: toSampling,
  async processRow(_row, context) {
    const { params, prepared, rowNumber } = context;
    const { combination, turn } = findCombination(prepared.combinations, params.attributes, rowNumber);
    // The turn is the sample number, as DataDreamer's counter of each combination: the same prompt makes different calls.
    const instruction = fillPrompt(params.instruction, combination);
    const prompt = layOut(prepared.layout, { instruction, attributes: combination }, () => instruction);
    const outcome = await promptRow(prompt, { ...params, samples: 1, firstSample: turn }, context);
    if (!("rows" in outcome)) return outcome;
    return { rows: outcome.rows.map(({ values, call }) => ({ values: { [params.attributesColumn]: combination, ...values }, call })) };
  },
};
