import { z } from "zod";
import { checkAsking, instructionLayoutDefaults, instructionLayoutParams } from "../../_sdk/instruction-layout";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { parserDefaults, parserParams } from "../../_sdk/parser-params";
import { promptingPorts, unparsedParam } from "../../_sdk/prompting-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

const words = z.array(z.string().min(1)).min(1).max(50).meta({ field: { kind: "string-list" }, advanced: true });

export const definition = defineStep({
  id: "filter-with-prompt",
  version: 3,
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
    ...parserParams,
    yes: words,
    no: words,
    decides: z.enum(["statement", "any-yes"]).default("statement").meta({ field: { kind: "select" }, advanced: true, addedLater: true, visibleWhen: { param: "parser", is: ["built-in"] } }),
    ...instructionLayoutParams,
  }),
  defaults: {
    model: builtinModel,
    column: "",
    instruction: "",
    unparsed: "reject",
    ...steadySampling,
    ...parserDefaults,
    yes: ["yes"],
    no: ["no"],
    decides: "statement",
    ...instructionLayoutDefaults,
  },
  incomplete: ["column", "instruction"],
  summaryValues: ({ model, instruction, column }) => ({ model: model.model, instruction: instruction.slice(0, 80), column }),
  check(context) {
    const columns = inputColumns(context, "input");
    const { params } = context;
    return { columns: { output: columns }, problems: checkAsking(columns, params) };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
