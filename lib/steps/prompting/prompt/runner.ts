import type { Template } from "@huggingface/jinja";
import { readTemplate, renderTemplate } from "../../_sdk/jinja-prompt";
import { findPlaceholders } from "../../_sdk/param-fields";
import { fillPrompt, promptRow, replyColumns } from "../../_sdk/prompting";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: PreparedRunner<typeof definition, Template | null> = {
  kind: "rows",
  prepare: ({ params }) => Promise.resolve(params.syntax === "jinja" ? readTemplate(params.prompt) : null),
  // What a template reads is known only when it runs.
  readColumns: ({ prompt, syntax }, columns) => (syntax === "jinja" ? columns.map(({ name }) => name) : findPlaceholders(prompt)),
  newColumns: replyColumns,
  model: ({ model }) => model,
  sampling: toSampling,
  processRow(row, context) {
    const { params, prepared } = context;
    return promptRow(prepared ? renderTemplate(prepared, row) : fillPrompt(params.prompt, row), params, context);
  },
};
