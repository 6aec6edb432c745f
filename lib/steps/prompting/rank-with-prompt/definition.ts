import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { addReplyColumns, labelParam, promptingPorts, requireText, separatorParam, unparsedParam } from "../../_sdk/prompting-params";
import { replyColumnParams } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "rank-with-prompt",
  version: 1,
  category: "prompting",
  icon: "arrow-down-wide-narrow",
  searchAliases: ["score", "rate", "judge", "sort", "quality", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    sort: z.enum(["descending", "ascending", "none"]).meta({ field: { kind: "select" } }),
    threshold: z.number().nullable().meta({ field: { kind: "number" } }),
    unparsed: unparsedParam,
    ...samplingParams,
    inputLabel: labelParam,
    instructionLabel: labelParam,
    separator: separatorParam,
    scoreColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
    ...replyColumnParams,
  }),
  defaults: {
    model: builtinModel,
    column: "",
    instruction: "",
    sort: "descending",
    threshold: null,
    unparsed: "reject",
    ...steadySampling,
    inputLabel: "Input:",
    instructionLabel: "Instruction:",
    separator: "\n\n",
    scoreColumn: "scores",
    promptColumn: "prompts",
    replyColumn: "generations",
  },
  incomplete: ["column", "instruction"],
  summaryValues: ({ model, instruction, column }) => ({ model: model.model, instruction: instruction.slice(0, 80), column }),
  check(context) {
    const { instruction, column, promptColumn, replyColumn, scoreColumn } = context.params;
    const columns = inputColumns(context, "input");
    const added = addReplyColumns(columns, promptColumn, [
      { name: replyColumn, type: "text", param: "replyColumn" },
      { name: scoreColumn, type: "number", param: "scoreColumn" },
    ]);
    return { columns: { output: added.columns }, problems: [...requireText(instruction, "instruction"), ...requireColumn(columns, column, "column"), ...added.problems] };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
});
