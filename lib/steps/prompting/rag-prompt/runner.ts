import { AppError } from "@/lib/core/app-error";
import { renderFitting, takeFitting } from "../../_sdk/few-shot";
import { renderTemplate } from "../../_sdk/jinja-prompt";
import { readLayout, type ChosenLayout } from "../../_sdk/layout";
import { cellText, promptRow, replyColumns, withLabel } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

interface RagValues {
  instruction: string;
  separator: string;
  textLabel: string;
  promptLabel: string;
  minTexts: number;
  maxTexts: number | null;
  longestPrompt: number | null;
}

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
    if (typeof item !== "object" || item === null || !Object.hasOwn(item, member)) throw missing;
    return cellText(item as Record<string, unknown>, member);
  });
}

/** DataDreamer's RAGPrompt: the instruction, a blank line, the documents, a blank line, the question. */
function layOutLiterally(texts: readonly string[], prompt: string, params: RagValues): string {
  const { instruction, separator, textLabel, promptLabel, minTexts, maxTexts, longestPrompt } = params;
  const question = withLabel(promptLabel, prompt);
  const start = instruction === "" ? "" : instruction + separator + separator;
  const shown = takeFitting(
    texts.map((text) => withLabel(textLabel, text)),
    { separator, minExamples: minTexts, maxExamples: maxTexts, longestPrompt, taken: start.length + question.length },
  );
  return start + (shown.length === 0 ? "" : shown.join(separator) + separator + separator) + question;
}

/** Throws `examples_too_few`, `template_invalid`. */
function layOutTexts(texts: readonly string[], prompt: string, params: RagValues, layout: ChosenLayout): string {
  if (layout === null) return layOutLiterally(texts, prompt, params);
  const { instruction, separator, minTexts, maxTexts, longestPrompt } = params;
  const render = (shown: readonly string[]): string => renderTemplate(layout, { instruction, texts: shown, prompt, text_label: params.textLabel, prompt_label: params.promptLabel, separator });
  return renderFitting(texts, (text) => text.length, "", { minExamples: minTexts, maxExamples: maxTexts, longestPrompt }, render);
}

export const run: PreparedRunner<typeof definition, ChosenLayout> = {
  kind: "rows",
  hasParts: true,
  prepare: ({ params }) => Promise.resolve(readLayout(params)),
  readColumns: ({ column, textsColumn }) => [column, textsColumn],
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { params, prepared: layout } = context;
    const found = readTexts(cellText(row, params.textsColumn), params.textsColumn, params.textMember);
    const texts = found.slice(0, context.fitParts(found.length, params.minTexts));
    return promptRow(layOutTexts(texts, cellText(row, params.column), params, layout), { ...params, shown: texts.length }, context);
  },
};
