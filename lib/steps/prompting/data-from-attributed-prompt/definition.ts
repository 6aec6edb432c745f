import { z } from "zod";
import { addColumns, inputColumns, refuseDoubledPlaces } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { checkLayout, layoutParam, type Layout } from "../../_sdk/layout";
import { builtinModel } from "../../_sdk/model-ref";
import { findPlaceholders, modelParam } from "../../_sdk/param-fields";
import { requireText } from "../../_sdk/prompting-params";
import { replyColumnParams } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, variedSampling } from "../../_sdk/sampling-params";
import { countCombinations } from "./combinations";

/** `instruction` with its places filled; `attributes` by name, where more of them is to be said. */
const layout: Layout = { template: "{{ instruction }}", variables: ["instruction", "attributes"] };

/** Each `{place}` must be an attribute and each attribute must have its place. */
function compareNames(instruction: string, names: readonly string[]): StepProblem[] {
  const places = findPlaceholders(instruction);
  return [
    ...places.filter((place) => !names.includes(place)).map((attribute): StepProblem => ({ code: "attribute_unknown", data: { attribute, attributes: names.join(", ") }, param: "instruction" })),
    ...names.filter((name) => !places.includes(name)).map((attribute): StepProblem => ({ code: "attribute_unused", data: { attribute }, param: "attributes" })),
  ];
}

export const definition = defineStep({
  id: "data-from-attributed-prompt",
  version: 1,
  category: "prompting",
  icon: "shapes",
  searchAliases: ["attributes", "diversity", "attrprompt", "synthetic", "generate", "combinations", "llm"],
  inputs: [
    { name: "combinations", type: "table", required: false, side: true },
    { name: "model", type: "model", required: false },
  ],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    attributes: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[\p{L}\p{M}\p{N}:_. -]+$/u).meta({ field: { kind: "text" } }),
          values: z.array(z.string()).meta({ field: { kind: "string-list" } }),
        }),
      )
      .max(50)
      .meta({ field: { kind: "records" } }),
    count: z.int().min(1).max(10_000_000).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    layout: layoutParam(layout),
    attributesColumn: z.string().min(1).max(200).meta({ field: { kind: "text" }, advanced: true }),
    ...replyColumnParams,
  }),
  defaults: { model: builtinModel, instruction: "", attributes: [], count: 100, ...variedSampling, layout: null, attributesColumn: "attributes", promptColumn: "prompts", replyColumn: "generations" },
  incomplete: ["instruction"],
  summaryValues: ({ count, instruction, attributes }) => ({ count, instruction: instruction.slice(0, 80), combinations: countCombinations(attributes) }),
  check(context) {
    const { params } = context;
    const isConnected = (context.inputs.combinations?.length ?? 0) > 0;
    const columns = inputColumns(context, "combinations");
    const names = isConnected ? columns?.map((column) => column.name) : params.attributes.map(({ name }) => name);
    const empty = isConnected ? [] : params.attributes.filter(({ values }) => values.length === 0);
    const added = addColumns(
      [],
      [
        { name: params.attributesColumn, type: "object", param: "attributesColumn" },
        { name: params.promptColumn, type: "text", param: "promptColumn" },
        { name: params.replyColumn, type: "text", param: "replyColumn" },
      ],
    );
    const problems = [
      ...requireText(params.instruction, "instruction"),
      ...empty.map(({ name }): StepProblem => ({ code: "attribute_empty", data: { attribute: name }, param: "attributes" })),
      // Of a connected table only the columns that the instruction names are attributes.
      ...(names ? compareNames(params.instruction, isConnected ? names.filter((name) => findPlaceholders(params.instruction).includes(name)) : names) : []),
      ...(names ? refuseDoubledPlaces(params.instruction, names, "instruction") : []),
      ...checkLayout(params.layout, layout),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
