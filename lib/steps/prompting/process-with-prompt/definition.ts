import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { instructionLayout, instructionLayoutDefaults, instructionLayoutParams } from "../../_sdk/instruction-layout";
import { checkLayout } from "../../_sdk/layout";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { addReplyColumns, promptingPorts, requireText } from "../../_sdk/prompting-params";
import { replyColumnParams } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "process-with-prompt",
  version: 2,
  category: "prompting",
  icon: "wand-sparkles",
  searchAliases: ["llm", "instruction", "transform", "rewrite", "summarize", "translate"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    samples: z.int().min(1).max(100).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    ...instructionLayoutParams,
    ...replyColumnParams,
  }),
  defaults: {
    model: builtinModel,
    column: "",
    instruction: "",
    samples: 1,
    ...steadySampling,
    ...instructionLayoutDefaults,
    promptColumn: "prompts",
    replyColumn: "generations",
  },
  incomplete: ["column", "instruction"],
  summaryValues: ({ model, instruction, column }) => ({ model: model.model, instruction: instruction.slice(0, 80), column }),
  check(context) {
    const { column, instruction, layout, promptColumn, replyColumn } = context.params;
    const columns = inputColumns(context, "input");
    const added = addReplyColumns(columns, promptColumn, [{ name: replyColumn, type: "text", param: "replyColumn" }]);
    const problems = [...requireText(instruction, "instruction"), ...requireColumn(columns, column, "column"), ...checkLayout(layout, instructionLayout), ...added.problems];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
