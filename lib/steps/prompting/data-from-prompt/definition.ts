import { z } from "zod";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { addColumns } from "../../_sdk/check-helpers";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { replyColumnParams } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, variedSampling } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "data-from-prompt",
  version: 1,
  category: "prompting",
  icon: "sparkles",
  searchAliases: ["generate", "synthetic", "llm", "source", "create"],
  inputs: [{ name: "model", type: "model", required: false }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    count: z.int().min(1).max(10_000_000).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    ...replyColumnParams,
  }),
  defaults: { model: builtinModel, instruction: "", count: 100, ...variedSampling, promptColumn: "prompts", replyColumn: "generations" },
  incomplete: ["instruction"],
  summaryValues: ({ count, instruction, model }) => ({ count, instruction: instruction.slice(0, 80), model: model.model }),
  check({ params }) {
    const missing: StepProblem[] = params.instruction.trim() === "" ? [{ code: "param_required", data: { param: "instruction" }, param: "instruction" }] : [];
    const { columns, problems } = addColumns(
      [],
      [
        { name: params.promptColumn, type: "text", param: "promptColumn" },
        { name: params.replyColumn, type: "text", param: "replyColumn" },
      ],
    );
    return { columns: { output: columns }, problems: [...missing, ...problems] };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
