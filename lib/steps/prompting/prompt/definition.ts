import { z } from "zod";
import { isAppError } from "@/lib/core/app-error";
import { inputColumns, requireColumn, requirePlaceholders } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { readTemplate } from "../../_sdk/jinja-prompt";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { addReplyColumns, requireText } from "../../_sdk/prompting-params";
import { replyColumnParams } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";
import { readExtras } from "./call-extras";

/** The problem of a parameter that cannot be read. */
function findProblem(param: string, read: () => unknown): StepProblem[] {
  try {
    read();
    return [];
  } catch (error) {
    return isAppError(error) ? [{ code: error.code, data: error.data, param }] : [];
  }
}

export const definition = defineStep({
  id: "prompt",
  version: 2,
  category: "prompting",
  icon: "message-square-text",
  searchAliases: ["llm", "ask", "generate", "chat", "completion"],
  inputs: [
    { name: "input", type: "table", required: true },
    { name: "model", type: "model", required: false },
  ],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    prompt: z.string().max(100_000).meta({ field: { kind: "prompt", port: "input" } }),
    syntax: z.enum(["places", "jinja"]).default("places").meta({ field: { kind: "select" }, advanced: true }),
    samples: z.int().min(1).max(100).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    imageColumn: z.string().nullable().default(null).meta({ field: { kind: "column", port: "input" }, advanced: true }),
    thinking: z.enum(["low", "medium", "high"]).nullable().default(null).meta({ field: { kind: "select" }, advanced: true }),
    tools: z.string().max(200_000).default("").meta({ field: { kind: "multiline" }, advanced: true }),
    ...replyColumnParams,
    thinkingColumn: z.string().max(200).nullable().default(null).meta({ field: { kind: "text" }, advanced: true }),
    toolCallsColumn: z.string().max(200).nullable().default(null).meta({ field: { kind: "text" }, advanced: true }),
  }),
  defaults: { model: builtinModel, prompt: "", syntax: "places", samples: 1, ...steadySampling, imageColumn: null, thinking: null, tools: "", promptColumn: "prompts", replyColumn: "generations", thinkingColumn: null, toolCallsColumn: null },
  incomplete: ["prompt"],
  summaryValues: ({ model, prompt }) => ({ model: model.model, prompt: prompt.slice(0, 80) }),
  check(context) {
    const { params } = context;
    const { prompt, imageColumn, thinkingColumn, toolCallsColumn } = params;
    const columns = inputColumns(context, "input");
    const added = addReplyColumns(columns, params.promptColumn, [
      { name: params.replyColumn, type: "text", param: "replyColumn" },
      ...(thinkingColumn ? [{ name: thinkingColumn, type: "text", param: "thinkingColumn" } as const] : []),
      ...(toolCallsColumn ? [{ name: toolCallsColumn, type: "list", param: "toolCallsColumn" } as const] : []),
    ]);
    const problems = [
      ...requireText(prompt, "prompt"),
      ...(params.syntax === "jinja" ? findProblem("prompt", () => readTemplate(prompt)) : requirePlaceholders(columns, prompt, "prompt")),
      ...(imageColumn === null ? [] : requireColumn(columns, imageColumn, "imageColumn")),
      ...findProblem("tools", () => readExtras(params)),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
