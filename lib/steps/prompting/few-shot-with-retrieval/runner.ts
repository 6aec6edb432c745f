import { AppError } from "@/lib/core/app-error";
import { layOutFewShot, type Example } from "../../_sdk/few-shot";
import { readLayout, type ChosenLayout } from "../../_sdk/layout";
import { cellText, promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** The examples in a cell that Retrieve made: a list of objects, best first. Throws `examples_missing`. */
function readExamples(cell: string, { examplesColumn, exampleInput, exampleOutput }: { examplesColumn: string; exampleInput: string; exampleOutput: string }): Example[] {
  const missing = new AppError("examples_missing", { column: examplesColumn, input: exampleInput, output: exampleOutput });
  let list: unknown;
  try {
    list = JSON.parse(cell);
  } catch {
    throw missing;
  }
  if (!Array.isArray(list)) throw missing;
  return list.map((item: unknown) => {
    const example = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
    if (!Object.hasOwn(example, exampleInput) || !Object.hasOwn(example, exampleOutput)) throw missing;
    return { input: cellText(example, exampleInput), output: cellText(example, exampleOutput) };
  });
}

export const run: PreparedRunner<typeof definition, ChosenLayout> = {
  kind: "rows",
  hasParts: true,
  prepare: ({ params }) => Promise.resolve(readLayout(params)),
  readColumns: ({ column, examplesColumn }) => [column, examplesColumn],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  // Best match first, as DataDreamer has it: the nearest example is farthest from the question.
  processRow: (row, context) => {
    const { params, prepared: layout } = context;
    const found = readExamples(cellText(row, params.examplesColumn), params);
    const examples = found.slice(0, context.fitParts(found.length, params.minExamples));
    return promptRow(layOutFewShot(examples, cellText(row, params.column), params, layout), { ...params, shown: examples.length }, context);
  },
};
