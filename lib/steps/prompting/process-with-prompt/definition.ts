import { z } from "zod";
import { addColumns, inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { replyColumnParams, withoutColumn } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "process-with-prompt",
  version: 1,
  category: "prompting",
  icon: "wand-sparkles",
  searchAliases: ["llm", "instruction", "transform", "rewrite", "summarize", "translate"],
  inputs: [
    { name: "input", type: "table", required: true },
    { name: "model", type: "model", required: false },
  ],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    samples: z.int().min(1).max(100).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    inputLabel: z.string().max(200).meta({ field: { kind: "text" }, advanced: true }),
    instructionLabel: z.string().max(200).meta({ field: { kind: "text" }, advanced: true }),
    separator: z.string().max(200).meta({ field: { kind: "multiline" }, advanced: true }),
    ...replyColumnParams,
  }),
  defaults: {
    model: builtinModel,
    column: "",
    instruction: "",
    samples: 1,
    ...steadySampling,
    inputLabel: "Input:",
    instructionLabel: "Instruction:",
    separator: "\n\n",
    promptColumn: "prompts",
    replyColumn: "generations",
  },
  incomplete: ["column", "instruction"],
  summaryValues: ({ model, instruction, column }) => ({ model: model.model, instruction: instruction.slice(0, 80), column }),
  check(context) {
    const { column, instruction, promptColumn, replyColumn } = context.params;
    const columns = inputColumns(context, "input");
    const missing: StepProblem[] = instruction.trim() === "" ? [{ code: "param_required", data: { param: "instruction" }, param: "instruction" }] : [];
    const added = addColumns(withoutColumn(columns, promptColumn), [
      { name: promptColumn, type: "text", param: "promptColumn" },
      { name: replyColumn, type: "text", param: "replyColumn" },
    ]);
    return { columns: { output: added.columns }, problems: [...missing, ...requireColumn(columns, column, "column"), ...added.problems] };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
});
