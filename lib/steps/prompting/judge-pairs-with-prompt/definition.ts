import { z } from "zod";
import { addColumns, inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { judgementColumns, judgingParams } from "../../_sdk/judging";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts, requireText } from "../../_sdk/prompting-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "judge-pairs-with-prompt",
  version: 1,
  category: "prompting",
  icon: "scale",
  searchAliases: ["judge", "compare", "preference", "pairwise", "better", "pandalm", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    a: z.string().meta({ field: { kind: "column", port: "input" } }),
    b: z.string().meta({ field: { kind: "column", port: "input" } }),
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    ...samplingParams,
    ...judgingParams,
  }),
  defaults: {
    model: builtinModel,
    a: "",
    b: "",
    instruction: "Which input is better? Respond with 'Input A' or 'Input B'.",
    ...steadySampling,
    order: "random",
    unparsed: "reject",
    orderSeed: 1,
    aLabel: "Input A:",
    bLabel: "Input B:",
    instructionLabel: "Instruction:",
    separator: "\n",
  },
  incomplete: ["a", "b"],
  summaryValues: ({ model, a, b }) => ({ model: model.model, a, b }),
  check(context) {
    const { params } = context;
    const columns = inputColumns(context, "input");
    const added = addColumns(columns, judgementColumns.map((column) => ({ ...column, param: "model" })));
    const problems = [
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
