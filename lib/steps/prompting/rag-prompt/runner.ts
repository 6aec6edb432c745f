import { AppError } from "@/lib/core/app-error";
import { takeFitting } from "../../_sdk/few-shot";
import { cellText, promptRow, replyColumns, withLabel } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** The texts in a cell that Retrieve made: objects with the member, or the texts themselves. Throws `examples_missing`. */
function readTexts(cell: string, column: string, member: string): string[] {
  const missing = new AppError("examples_missing", { column, input: member, output: member });
  let list: unknown;
  try {
    list = JSON.parse(cell);
  } catch {
    throw missing;
  }
  if (!Array.isArray(list)) throw missing;
  return list.map((item: unknown) => {
    if (typeof item === "string") return item;
    if (typeof item !== "object" || item === null || !(member in item)) throw missing;
    return cellText(item as Record<string, unknown>, member);
  });
}

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column, textsColumn }) => [column, textsColumn],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  // DataDreamer's RAGPrompt: the instruction, a blank line, the documents, a blank line, the question.
  processRow(row, context) {
    const { params } = context;
    const { separator, instruction } = params;
    const texts = readTexts(cellText(row, params.textsColumn), params.textsColumn, params.textMember).map((text) => withLabel(params.textLabel, text));
    const question = withLabel(params.promptLabel, cellText(row, params.column));
    const start = instruction === "" ? "" : instruction + separator + separator;
    const shown = takeFitting(texts, { separator, minExamples: params.minTexts, maxExamples: params.maxTexts, longestPrompt: params.longestPrompt, taken: start.length + question.length });
    return promptRow(start + (shown.length === 0 ? "" : shown.join(separator) + separator + separator) + question, params, context);
  },
};
