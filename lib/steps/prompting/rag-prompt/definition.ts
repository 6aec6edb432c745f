import { z } from "zod";
import { inputColumns, requireColumn, requireType } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { checkLayout, labelled, layoutParam, type Layout } from "../../_sdk/layout";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { addReplyColumns, labelParam, promptingPorts, requireText, separatorParam } from "../../_sdk/prompting-params";
import { replyColumnParams, shownColumnParam } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

const layout: Layout = {
  template: `{% if instruction %}{{ instruction }}{{ separator }}{{ separator }}{% endif %}
{% for text in texts %}
${labelled("text_label", "text")}{{ separator -}}
{% endfor %}
{% if texts %}{{ separator }}{% endif %}
${labelled("prompt_label", "prompt")}`,
  variables: ["instruction", "texts", "prompt", "text_label", "prompt_label", "separator"],
};

export const definition = defineStep({
  id: "rag-prompt",
  version: 2,
  category: "prompting",
  icon: "book-open-check",
  searchAliases: ["rag", "retrieval", "documents", "context", "grounded", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    textsColumn: z.string().meta({ field: { kind: "column", port: "input" } }),
    textMember: z.string().meta({ field: { kind: "text" } }),
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    samples: z.int().min(1).max(100).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    minTexts: z.int().min(0).meta({ field: { kind: "integer" }, advanced: true }),
    maxTexts: z.int().min(1).nullable().meta({ field: { kind: "integer" }, advanced: true }),
    longestPrompt: z.int().min(1).nullable().meta({ field: { kind: "integer" }, advanced: true }),
    textLabel: labelParam,
    promptLabel: labelParam,
    separator: separatorParam,
    layout: layoutParam(layout),
    ...replyColumnParams,
    shownColumn: shownColumnParam,
  }),
  defaults: {
    model: builtinModel,
    column: "",
    textsColumn: "results",
    textMember: "text",
    instruction: "",
    samples: 1,
    ...steadySampling,
    minTexts: 1,
    maxTexts: null,
    longestPrompt: null,
    textLabel: "Document:",
    promptLabel: "Question:",
    separator: "\n",
    layout: null,
    promptColumn: "prompts",
    replyColumn: "generations",
    shownColumn: null,
  },
  incomplete: ["column"],
  summaryValues: ({ model, column, textsColumn }) => ({ model: model.model, column, texts: textsColumn }),
  check(context) {
    const { params } = context;
    const columns = inputColumns(context, "input");
    const added = addReplyColumns(columns, params.promptColumn, [{ name: params.replyColumn, type: "text", param: "replyColumn" }, ...(params.shownColumn ? [{ name: params.shownColumn, type: "integer" as const, param: "shownColumn" }] : [])]);
    const problems = [
      ...requireColumn(columns, params.column, "column"),
      ...requireColumn(columns, params.textsColumn, "textsColumn"),
      ...requireType(columns, params.textsColumn, ["list", "object"], "textsColumn"),
      ...requireText(params.textMember, "textMember"),
      ...checkLayout(params.layout, layout),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
