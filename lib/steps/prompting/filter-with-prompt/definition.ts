import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { labelParam, promptingPorts, requireText, separatorParam, unparsedParam } from "../../_sdk/prompting-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

const words = z.array(z.string().min(1)).min(1).max(50).meta({ field: { kind: "string-list" }, advanced: true });

export const definition = defineStep({
  id: "filter-with-prompt",
  version: 1,
  category: "prompting",
  icon: "list-filter",
  searchAliases: ["judge", "keep", "quality", "reject", "yes no", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    unparsed: unparsedParam,
    ...samplingParams,
    yes: words,
    no: words,
    inputLabel: labelParam,
    instructionLabel: labelParam,
    separator: separatorParam,
  }),
  defaults: {
    model: builtinModel,
    column: "",
    instruction: "",
    unparsed: "reject",
    ...steadySampling,
    yes: ["yes"],
    no: ["no"],
    inputLabel: "Input:",
    instructionLabel: "Instruction:",
    separator: "\n\n",
  },
  incomplete: ["column", "instruction"],
  summaryValues: ({ model, instruction, column }) => ({ model: model.model, instruction: instruction.slice(0, 80), column }),
  check(context) {
    const columns = inputColumns(context, "input");
    const { instruction, column } = context.params;
    return { columns: { output: columns }, problems: [...requireText(instruction, "instruction"), ...requireColumn(columns, column, "column")] };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
});
