import { z } from "zod";
import { inputColumns, requireColumn } from "./check-helpers";
import type { Column } from "./columns";
import type { CheckContext, CheckResult } from "./define-step";
import { checkLayout, layoutParam, type Layout } from "./layout";
import { checkParser, parserDefaults, parserParams } from "./parser-params";
import { LOCAL_CONNECTION, type ModelRef } from "./model-ref";
import { addStepColumns } from "./step-columns";
import { labelParam, requireText, separatorParam } from "./prompting-params";
import { samplingParams, steadySampling } from "./sampling-params";

const isCustom = { param: "parser", is: ["pattern", "json"] };
const answers = z.array(z.string().min(1).max(200)).max(50).default([]).meta({ field: { kind: "string-list" }, advanced: true, addedLater: true, visibleWhen: isCustom });

/** Parameters of both judging steps, behind the columns that are judged. */
export function judgingParams(layout: Layout) {
  return {
    instruction: z.string().max(100_000).meta({ field: { kind: "prompt" } }),
    ...samplingParams,
    decide: z.enum(["reply", "likelihood"]).default("reply").meta({ field: { kind: "select" }, advanced: true, addedLater: true }),
    order: z.enum(["random", "as-given", "both"]).meta({ field: { kind: "select" } }),
    unparsed: z.enum(["reject", "fail", "tie"]).meta({ field: { kind: "select" } }),
    orderSeed: z.int().min(0).meta({ field: { kind: "integer" }, advanced: true, visibleWhen: { param: "order", is: ["random"] } }),
    ...parserParams,
    aAnswers: answers,
    bAnswers: answers,
    tieAnswers: answers,
    aLabel: labelParam,
    bLabel: labelParam,
    instructionLabel: labelParam,
    separator: separatorParam,
    layout: layoutParam(layout),
  } as const;
}

export const judgingDefaults = {
  ...steadySampling,
  decide: "reply" as const,
  order: "random" as const,
  unparsed: "reject" as const,
  orderSeed: 1,
  ...parserDefaults,
  aAnswers: [] as string[],
  bAnswers: [] as string[],
  tieAnswers: [] as string[],
  instructionLabel: "Instruction:",
  separator: "\n",
  layout: null,
};

export interface JudgingValues {
  systemPrompt: string;
  instruction: string;
  /** By what the model says, or by which of the two labels it finds likelier as an answer. */
  decide: "reply" | "likelihood";
  order: "random" | "as-given" | "both";
  unparsed: "reject" | "fail" | "tie";
  orderSeed: number;
  parser: "built-in" | "pattern" | "json";
  pattern: string;
  jsonField: string;
  /** What stands in the place of the verdict where the one shown first, second or neither is better. */
  aAnswers: string[];
  bAnswers: string[];
  tieAnswers: string[];
  aLabel: string;
  bLabel: string;
  instructionLabel: string;
  separator: string;
  layout: string | null;
}

export const judgementColumns: Column[] = [
  { name: "judge_prompts", type: "text" },
  { name: "judge_generations", type: "text" },
  { name: "judgements", type: "text" },
  { name: "order_shown", type: "text" },
  { name: "conflict", type: "boolean" },
];

/** Columns and problems of a judging step; `read` names the parameters that are columns. */
export function checkJudging<Params extends JudgingValues & { model: ModelRef }>(context: CheckContext<Params>, layout: Layout, read: readonly (keyof Params & string)[]): CheckResult {
  const { params } = context;
  const columns = inputColumns(context, "input");
  const added = addStepColumns(columns, judgementColumns.map((column) => ({ ...column, param: "model" })));
  const problems = [
    ...read.flatMap((param) => requireColumn(columns, String(params[param]), param)),
    ...requireText(params.instruction, "instruction"),
    ...requireText(params.aLabel, "aLabel"),
    ...requireText(params.bLabel, "bLabel"),
    ...checkParser(params),
    ...checkLayout(params.layout, layout),
    ...(params.decide === "likelihood" && params.model.connection !== LOCAL_CONNECTION ? [{ code: "model_not_trainable" as const, data: { model: params.model.model }, param: "model" }] : []),
    ...added.problems,
  ];
  return { columns: { output: added.columns }, problems, renamed: added.renamed };
}
