import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { fewShotDefaults, fewShotLayout, fewShotParams } from "../../_sdk/few-shot-params";
import { checkLayout } from "../../_sdk/layout";
import { builtinModel } from "../../_sdk/model-ref";
import { modelParam } from "../../_sdk/param-fields";
import { addReplyColumns } from "../../_sdk/prompting-params";
import { samplingExcludes } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "few-shot-prompt",
  version: 2,
  category: "prompting",
  icon: "list-ordered",
  searchAliases: ["examples", "in-context", "icl", "few shot", "llm"],
  inputs: [
    { name: "input", type: "table", required: true },
    { name: "examples", type: "table", required: true, side: true },
    { name: "model", type: "model", required: false },
  ],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    exampleInput: z.string().meta({ field: { kind: "column", port: "examples" } }),
    exampleOutput: z.string().meta({ field: { kind: "column", port: "examples" } }),
    ...fewShotParams,
  }),
  defaults: { model: builtinModel, column: "", exampleInput: "", exampleOutput: "", ...fewShotDefaults },
  incomplete: ["column", "exampleInput", "exampleOutput"],
  summaryValues: ({ model, column, maxExamples }) => ({ model: model.model, column, count: maxExamples ?? 0 }),
  check(context) {
    const { params } = context;
    const columns = inputColumns(context, "input");
    const examples = inputColumns(context, "examples");
    const added = addReplyColumns(columns, params.promptColumn, [{ name: params.replyColumn, type: "text", param: "replyColumn" }, ...(params.shownColumn ? [{ name: params.shownColumn, type: "integer" as const, param: "shownColumn" }] : [])]);
    const problems = [
      ...requireColumn(columns, params.column, "column"),
      ...requireColumn(examples, params.exampleInput, "exampleInput"),
      ...requireColumn(examples, params.exampleOutput, "exampleOutput"),
      ...checkLayout(params.layout, fewShotLayout),
      ...added.problems,
    ];
    return { columns: { output: added.columns }, problems, renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
