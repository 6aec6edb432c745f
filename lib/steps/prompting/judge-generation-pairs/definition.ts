import { z } from "zod";
import { addColumns, inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { judgementColumns, judgingParams } from "../../_sdk/judging";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { labelParam, promptingPorts, requireText } from "../../_sdk/prompting-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "judge-generation-pairs",
  version: 1,
  category: "prompting",
  icon: "gavel",
  searchAliases: ["judge", "compare", "preference", "pairwise", "better", "pandalm", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    promptsColumn: z.string().meta({ field: { kind: "column", port: "input" } }),
    a: z.string().meta({ field: { kind: "column", port: "input" } }),
    b: z.string().meta({ field: { kind: "column", port: "input" } }),
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    ...samplingParams,
    ...judgingParams,
    promptLabel: labelParam,
  }),
  defaults: {
    model: builtinModel,
    promptsColumn: "",
    a: "",
    b: "",
    instruction: "Which response is better? Respond with 'Response A' or 'Response B'.",
    ...steadySampling,
    order: "random",
    unparsed: "reject",
    orderSeed: 1,
    aLabel: "Response A:",
    bLabel: "Response B:",
    instructionLabel: "Instruction:",
    separator: "\n",
    promptLabel: "Prompt:",
  },
  incomplete: ["promptsColumn", "a", "b"],
  summaryValues: ({ model, a, b }) => ({ model: model.model, a, b }),
  check(context) {
    const { params } = context;
    const columns = inputColumns(context, "input");
    const added = addColumns(columns, judgementColumns.map((column) => ({ ...column, param: "model" })));
    const problems = [
      ...requireColumn(columns, params.promptsColumn, "promptsColumn"),
      ...requireColumn(columns, params.a, "a"),
      ...requireColumn(columns, params.b, "b"),
      ...requireText(params.instruction, "instruction"),
      ...requireText(params.aLabel, "aLabel"),
      ...requireText(params.bLabel, "bLabel"),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
});
