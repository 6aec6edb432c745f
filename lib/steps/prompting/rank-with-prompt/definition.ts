import { z } from "zod";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { checkAsking, instructionLayoutDefaults, instructionLayoutParams } from "../../_sdk/instruction-layout";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { parserDefaults, parserParams } from "../../_sdk/parser-params";
import { addReplyColumns, promptingPorts, unparsedParam } from "../../_sdk/prompting-params";
import { replyColumnParams } from "../../_sdk/reply-column-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

const bound = z.number().nullable().default(null).meta({ field: { kind: "number" }, advanced: true, addedLater: true });

export const definition = defineStep({
  id: "rank-with-prompt",
  version: 3,
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
    least: bound,
    most: bound,
    ...samplingParams,
    ...parserParams,
    ...instructionLayoutParams,
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
    least: null,
    most: null,
    ...steadySampling,
    ...parserDefaults,
    ...instructionLayoutDefaults,
    scoreColumn: "scores",
    promptColumn: "prompts",
    replyColumn: "generations",
  },
  incomplete: ["column", "instruction"],
  summaryValues: ({ model, instruction, column }) => ({ model: model.model, instruction: instruction.slice(0, 80), column }),
  check(context) {
    const { params } = context;
    const { promptColumn, replyColumn, scoreColumn, least, most } = params;
    const columns = inputColumns(context, "input");
    const added = addReplyColumns(columns, promptColumn, [
      { name: replyColumn, type: "text", param: "replyColumn" },
      { name: scoreColumn, type: "number", param: "scoreColumn" },
    ]);
    const crossed: StepProblem[] = least !== null && most !== null && least > most ? [{ code: "params_invalid", data: { param: "least", detail: "the lowest score is above the highest" }, param: "least" }] : [];
    return { columns: { output: added.columns }, problems: [...checkAsking(columns, params), ...crossed, ...added.problems], renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
