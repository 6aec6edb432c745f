import { z } from "zod";
import { inputColumns, requirePlaceholders } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { builtinModel } from "../../_sdk/model-ref";
import { addStepColumns } from "../../_sdk/step-columns";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts, requireText } from "../../_sdk/prompting-params";
import { replyColumnParams } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";
import { fieldTypes, readSchema } from "./reply-schema";

export const definition = defineStep({
  id: "structured-prompt",
  version: 2,
  category: "prompting",
  icon: "braces",
  searchAliases: ["json", "schema", "structured output", "extract", "typed", "fields", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    prompt: z.string().max(100_000).meta({ field: { kind: "prompt", port: "input" } }),
    fields: z
      .array(
        z.strictObject({
          name: z.string().max(200).meta({ field: { kind: "text" } }),
          type: z.enum(fieldTypes).meta({ field: { kind: "select" } }),
          description: z.string().max(2000).meta({ field: { kind: "text" } }),
          choices: z.array(z.string()).max(200).meta({ field: { kind: "string-list" } }),
        }),
      )
      .max(100)
      .meta({ field: { kind: "records" } }),
    schema: z.string().max(100_000).meta({ field: { kind: "multiline" }, advanced: true }),
    corrections: z.int().min(0).max(10).meta({ field: { kind: "integer" } }),
    ...samplingParams,
    ...replyColumnParams,
  }),
  defaults: { model: builtinModel, prompt: "", fields: [], schema: "", corrections: 2, ...steadySampling, promptColumn: "prompts", replyColumn: "generations" },
  incomplete: ["prompt", "fields"],
  summaryValues: ({ model, prompt, fields }) => ({ model: model.model, prompt: prompt.slice(0, 80), fields: fields.map(({ name }) => name).join(", ") }),
  check(context) {
    const { params } = context;
    const columns = inputColumns(context, "input");
    const read = readSchema(params);
    const param = params.schema.trim() === "" ? "fields" : "schema";
    const problems: StepProblem[] = [...requireText(params.prompt, "prompt"), ...requirePlaceholders(columns, params.prompt, "prompt")];
    if ("problem" in read) return { columns: { output: null }, problems: [...problems, { ...read.problem, param }] };
    const added = addStepColumns(columns, [
      { name: params.promptColumn, type: "text", param: "promptColumn" },
      { name: params.replyColumn, type: "text", param: "replyColumn" },
      ...read.columns.map((column) => ({ ...column, param })),
    ]);
    return { columns: { output: added.columns }, problems: [...problems, ...added.problems], renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
