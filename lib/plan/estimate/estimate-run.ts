import type { WorkflowEdge } from "@/lib/workflow/document";
import type { PlanKnown } from "../plan-known";
import { type Plan, type PlannedStep } from "../plan-workflow";
import { modelKey } from "../plan-models";
import { isModelRef, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import { costCalls, type CallsEstimate } from "./call-cost";
import { countSource, sumRows } from "./count-rows";
import { CHARACTERS_PER_TOKEN, sizeOfPrompt, type TextLengths } from "./prompt-size";
import { lengthsOfTyped } from "./typed-lengths";

/** A step that asks a model. */
export interface StepEstimate extends CallsEstimate {
  id: string;
  title: string;
  /** Null where its rows cannot be told. */
  calls: number | null;
  /** In a batch, at half the price. */
  isBatch: boolean;
}

export interface RunEstimate {
  /** Steps that a run would do; fresh ones are not. */
  steps: number;
  /** Model calls, where the rows that reach each step can be told. */
  calls: number;
  /** US dollars; null where no model that is asked has a price. */
  dollars: number | null;
  /** Along the longest path; null where nothing is known of any step that takes long. */
  seconds: number | null;
  /** More is to be expected: something is not known before an earlier step has run, or not at all. */
  isLowerBound: { calls: boolean; dollars: boolean; seconds: boolean };
  asking: StepEstimate[];
}

interface StepOutcome {
  rows: Record<string, number | null>;
  lengths: TextLengths;
  /** Seconds from the start until it is done. */
  end: number;
}

interface Surroundings {
  plan: Plan;
  known: PlanKnown;
  rowLimit: number | null;
  outcomes: Map<string, StepOutcome>;
}

/** What a run would take, from what is known of rows, texts, prices and past calls. A step asks its model once a row and sample. */
export function estimateRun(plan: Plan, known: PlanKnown, rowLimit: number | null): RunEstimate {
  const outcomes = new Map<string, StepOutcome>();
  const asking: StepEstimate[] = [];
  let steps = 0;
  let isTimeWhole = true;
  for (const id of plan.order) {
    const step = plan.steps.get(id);
    if (!step?.definition || !step.params || step.node.disabled || step.verdict.state === "skipped") continue;
    const result = step.fingerprint ? known.results[step.fingerprint] : undefined;
    if (result) {
      const lengths = Object.assign({}, ...Object.values(known.textLengths[step.fingerprint ?? ""] ?? {})) as TextLengths;
      outcomes.set(id, { rows: result.rows, lengths, end: 0 });
      continue;
    }
    steps += 1;
    if (step.definition.resource === "gpu") isTimeWhole = false;
    const { outcome, asked } = foresee(step, step.params, { plan, known, rowLimit, outcomes });
    outcomes.set(id, outcome);
    if (asked) asking.push(asked);
  }
  const ends = [...outcomes.values()].map(({ end }) => end);
  return { steps, ...sumUp(asking), seconds: sumSeconds(asking, isTimeWhole, Math.max(0, ...ends)), asking, isLowerBound: findBounds(asking, isTimeWhole) };
}

function sumUp(asking: StepEstimate[]): Pick<RunEstimate, "calls" | "dollars"> {
  const priced = asking.flatMap(({ dollars }) => (dollars === null ? [] : [dollars]));
  return { calls: asking.reduce((sum, { calls }) => sum + (calls ?? 0), 0), dollars: priced.length > 0 || asking.length === 0 ? priced.reduce((sum, dollars) => sum + dollars, 0) : null };
}

function sumSeconds(asking: StepEstimate[], isTimeWhole: boolean, longest: number): number | null {
  const isAnyKnown = asking.some(({ seconds, calls }) => seconds !== null && calls !== null);
  return isAnyKnown || (asking.length === 0 && isTimeWhole) ? longest : null;
}

function findBounds(asking: StepEstimate[], isTimeWhole: boolean): RunEstimate["isLowerBound"] {
  const calls = asking.some((step) => step.calls === null);
  return { calls, dollars: calls || asking.some((step) => !step.isDollarsWhole), seconds: calls || !isTimeWhole || asking.some((step) => step.seconds === null) };
}

function foresee(step: PlannedStep, params: Record<string, unknown>, around: Surroundings): { outcome: StepOutcome; asked: StepEstimate | null } {
  const { definition } = step;
  if (!definition) return { outcome: { rows: {}, lengths: {}, end: 0 }, asked: null };
  const edges = Object.values(step.incoming).flat().filter((edge) => around.plan.steps.get(edge.from.node)?.node.disabled !== true);
  const start = Math.max(0, ...edges.map((edge) => around.outcomes.get(edge.from.node)?.end ?? 0));
  // A table beside the one it goes through adds no rows.
  const side = new Set(definition.inputs.filter((port) => port.side).map((port) => port.name));
  const main = edges.filter((edge) => !side.has(edge.to.port) && isTableEdge(around.plan, edge));
  const rowsIn = main.length === 0 ? countSource(params, step.probeKey, around.known, around.rowLimit) : sumRows(main.map((edge) => around.outcomes.get(edge.from.node)?.rows[edge.from.port]));
  const made = rowsIn === null ? null : rowsIn * readNumber(params["samples"], 1);
  const ports = definition.outputs(params);
  const rows = Object.fromEntries(ports.map((port) => [port.name, ports.length === 1 ? made : null]));
  const lengthsOf = (port: string) => mergeLengths((step.incoming[port] ?? []).map((edge) => around.outcomes.get(edge.from.node)?.lengths));
  const passedOn = main.length === 0 ? lengthsOfTyped(params["table"]) : mergeLengths(main.map((edge) => around.outcomes.get(edge.from.node)?.lengths));
  if (definition.resource !== "llm") return { outcome: { rows, lengths: passedOn, end: start }, asked: null };
  const prompt = sizeOfPrompt(definition, params, lengthsOf);
  const calls = made === null ? null : made * (params["order"] === "both" ? 2 : 1);
  const key = findModelKey(step, params);
  const facts = key === null ? undefined : around.known.calls[key];
  const cost = costCalls({ calls: calls ?? 0, prompt, maxTokens: readNumber(params["maxTokens"], null), hasReply: "maxTokens" in params, isBatch: params["batch"] === true, facts });
  const named = (param: string, length: number): TextLengths => {
    const column = step.renamed.find((one) => one.param === param)?.name ?? params[param];
    return typeof column === "string" ? { [column]: length } : {};
  };
  const reply = cost.completionTokens === null ? {} : named("replyColumn", cost.completionTokens * CHARACTERS_PER_TOKEN);
  const lengths = { ...passedOn, ...(prompt.isWhole && named("promptColumn", prompt.characters)), ...reply };
  return { outcome: { rows, lengths, end: start + (cost.seconds ?? 0) }, asked: { id: step.node.id, title: step.node.title, calls, isBatch: params["batch"] === true, ...cost } };
}

const mergeLengths = (all: (TextLengths | undefined)[]): TextLengths => Object.assign({}, ...all) as TextLengths;

function readNumber<Other extends number | null>(value: unknown, other: Other): number | Other {
  return typeof value === "number" ? value : other;
}

/** The model that the step asks; null where one is handed on to it. */
function findModelKey({ definition, incoming }: PlannedStep, params: Record<string, unknown>): string | null {
  if (!definition || definition.inputs.some((port) => port.type === "model" && incoming[port.name])) return null;
  const refs = listParams(definition.params).flatMap(({ name, meta }): ModelRef[] => (meta.field?.kind === "model" && isModelRef(params[name]) ? [params[name]] : []));
  return refs[0] ? modelKey(refs[0]) : null;
}

/** Not a model that is handed on. */
function isTableEdge(plan: Plan, { from }: WorkflowEdge): boolean {
  const step = plan.steps.get(from.node);
  const ports = step?.definition && step.params ? step.definition.outputs(step.params) : [];
  return ports.find((port) => port.name === from.port)?.type !== "model";
}
