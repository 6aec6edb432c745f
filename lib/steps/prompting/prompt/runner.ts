import type { Template } from "@huggingface/jinja";
import type { CallExtras } from "@/lib/llm/chat";
import { readTemplate, renderRow } from "../../_sdk/jinja-prompt";
import { findPlaceholders } from "../../_sdk/param-fields";
import { fillPrompt, promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import { readExtras, readImages } from "./call-extras";
import type { definition } from "./definition";

interface Prepared {
  template: Template | null;
  extras: CallExtras | undefined;
}

export const run: PreparedRunner<typeof definition, Prepared> = {
  kind: "rows",
  prepare: ({ params }) => Promise.resolve({ template: params.syntax === "jinja" ? readTemplate(params.prompt) : null, extras: readExtras(params) }),
  // What a template reads is known only when it runs.
  readColumns: ({ prompt, syntax, imageColumn }, columns) => (syntax === "jinja" ? columns.map(({ name }) => name) : [...new Set([...findPlaceholders(prompt), ...(imageColumn ? [imageColumn] : [])])]),
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { params, prepared } = context;
    const { template, extras } = prepared;
    const prompt = template ? renderRow(template, row) : fillPrompt(params.prompt, row);
    const images = params.imageColumn ? readImages(row[params.imageColumn], params.imageColumn) : [];
    return promptRow(prompt, { ...params, images, ...(extras && { extras }) }, context);
  },
};
