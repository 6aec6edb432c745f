import { z } from "zod";
import { addColumns, inputColumns, requirePlaceholders } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { replyColumnParams, withoutColumn } from "../../_sdk/reply-column-params";
import { samplingParams, steadySampling } from "../../_sdk/sampling-params";

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
    samples: z.int().min(1).max(100).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    ...replyColumnParams,
  }),
  defaults: { model: builtinModel, prompt: "", samples: 1, ...steadySampling, promptColumn: "prompts", replyColumn: "generations" },
  incomplete: ["prompt"],
  summaryValues: ({ model, prompt }) => ({ model: model.model, prompt: prompt.slice(0, 80) }),
  check(context) {
    const { prompt, promptColumn, replyColumn } = context.params;
    const columns = inputColumns(context, "input");
    const missing: StepProblem[] = prompt.trim() === "" ? [{ code: "param_required", data: { param: "prompt" }, param: "prompt" }] : [];
    const added = addColumns(withoutColumn(columns, promptColumn), [
      { name: promptColumn, type: "text", param: "promptColumn" },
      { name: replyColumn, type: "text", param: "replyColumn" },
    ]);
    return { columns: { output: added.columns }, problems: [...missing, ...requirePlaceholders(columns, prompt, "prompt"), ...added.problems] };
  },
  effects: "external",
  resource: "llm",
});
