import { z } from "zod";
import { isAppError } from "@/lib/core/app-error";
import { addColumns, inputColumns, requirePlaceholders } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { readTemplate } from "../../_sdk/jinja-prompt";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { replyColumnParams, withoutColumn } from "../../_sdk/reply-column-params";
import { samplingParams, steadySampling } from "../../_sdk/sampling-params";

function checkTemplate(prompt: string): StepProblem[] {
  try {
    readTemplate(prompt);
    return [];
  } catch (error) {
    return isAppError(error) ? [{ code: error.code, data: error.data, param: "prompt" }] : [];
  }
}

export const definition = defineStep({
  id: "prompt",
  version: 1,
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
    ...replyColumnParams,
  }),
  defaults: { model: builtinModel, prompt: "", syntax: "places", samples: 1, ...steadySampling, promptColumn: "prompts", replyColumn: "generations" },
  incomplete: ["prompt"],
  summaryValues: ({ model, prompt }) => ({ model: model.model, prompt: prompt.slice(0, 80) }),
  check(context) {
    const { prompt, syntax, promptColumn, replyColumn } = context.params;
    const columns = inputColumns(context, "input");
    const missing: StepProblem[] = prompt.trim() === "" ? [{ code: "param_required", data: { param: "prompt" }, param: "prompt" }] : [];
    const added = addColumns(withoutColumn(columns, promptColumn), [
      { name: promptColumn, type: "text", param: "promptColumn" },
      { name: replyColumn, type: "text", param: "replyColumn" },
    ]);
    return { columns: { output: added.columns }, problems: [...missing, ...(syntax === "jinja" ? checkTemplate(prompt) : requirePlaceholders(columns, prompt, "prompt")), ...added.problems] };
  },
  effects: "external",
  resource: "llm",
});
