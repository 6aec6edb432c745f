import type { z } from "zod";
import { isErrorCode } from "@/lib/core/error-catalogue";
import type { ErrorData } from "@/lib/core/app-error";
import { canonicalJson } from "@/lib/core/canonical-json";
import { sha256Hex } from "@/lib/core/sha256";
import { explainStaleness, type StaleReason } from "@/lib/fingerprint/stale-reason";
import { fingerprintIdentity, makeStepIdentity, type StepIdentity } from "@/lib/fingerprint/step-identity";
import type { Column } from "@/lib/steps/_sdk/columns";
import type { AnyStepDefinition, PortColumns, StepProblem } from "@/lib/steps/_sdk/define-step";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import type { ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from "@/lib/workflow/document";
import { groupEdgesByTarget, sortTopologically } from "@/lib/workflow/topology";
import type { PlanKnown } from "./plan-known";

export type StepCatalogue = Readonly<Record<string, AnyStepDefinition>>;

export type Verdict =
  | { state: "fresh" }
  | { state: "stale"; reason: StaleReason }
  | { state: "blocked" }
  | { state: "disabled" };

export interface PlannedStep {
  node: WorkflowNode;
  /** Null where the catalogue has no such step. */
  definition: AnyStepDefinition | null;
  /** Parameters after parsing; null while they do not parse. */
  params: Record<string, unknown> | null;
  problems: StepProblem[];
  /** Columns into each connected input port, in edge order. */
  inputColumns: Record<string, PortColumns[]>;
  /** Columns out of each table port. */
  columns: Record<string, PortColumns>;
  /** Edges into the step, by port, in order. */
  incoming: Record<string, WorkflowEdge[]>;
  identity: StepIdentity | null;
  fingerprint: string | null;
  /** Key under which its probe's answer is known; null where the step has none. */
  probeKey: string | null;
  verdict: Verdict;
}

export interface Plan {
  steps: Map<string, PlannedStep>;
  /** Node ids in an order in which they can run. */
  order: string[];
}

/** Key of a probe: what it depends on. */
export function makeProbeKey(stepId: string, params: unknown): string {
  return sha256Hex(canonicalJson({ step: stepId, params }));
}

export function modelKey(ref: ModelRef): string {
  return `${ref.connection}/${ref.model}`;
}

/**
 * Columns, problems, fingerprints and verdicts of a whole document. Pure: the same in browser and worker, given the same
 * catalogue and knowledge.
 */
export function planWorkflow(
  document: WorkflowDocument,
  catalogue: StepCatalogue,
  known: PlanKnown,
  rowLimit: number | null = null,
): Plan {
  const incoming = groupEdgesByTarget(document);
  const { order, cycles } = sortTopologically(document);
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const steps = new Map<string, PlannedStep>();
  for (const id of order) {
    const node = nodes.get(id);
    if (node) steps.set(id, planStep({ node, edges: incoming.get(id) ?? [], steps, catalogue, known, rowLimit }));
  }
  const titleOf = (id: string) => nodes.get(id)?.title ?? id;
  for (const node of document.nodes) {
    if (steps.has(node.id)) continue;
    const cycle = cycles.get(node.id);
    const problem: StepProblem = cycle
      ? { code: "cycle", data: { path: [...cycle, node.id].map(titleOf).join(" → ") } }
      : { code: "upstream_blocked", data: { step: titleOf(incoming.get(node.id)?.find((edge) => !steps.has(edge.from.node))?.from.node ?? "") } };
    steps.set(node.id, {
      ...unplanned(node, catalogue[node.step] ?? null, groupByPort(incoming.get(node.id) ?? [])),
      problems: [problem],
    });
  }
  return { steps, order };
}

function unplanned(node: WorkflowNode, definition: AnyStepDefinition | null, incoming: Record<string, WorkflowEdge[]>): PlannedStep {
  return {
    node,
    definition,
    params: null,
    problems: [],
    inputColumns: {},
    columns: {},
    incoming,
    identity: null,
    fingerprint: null,
    probeKey: null,
    verdict: node.disabled ? { state: "disabled" } : { state: "blocked" },
  };
}

function groupByPort(edges: WorkflowEdge[]): Record<string, WorkflowEdge[]> {
  const byPort: Record<string, WorkflowEdge[]> = {};
  for (const edge of edges) (byPort[edge.to.port] ??= []).push(edge);
  return byPort;
}

interface PlanStepOptions {
  node: WorkflowNode;
  edges: WorkflowEdge[];
  steps: Map<string, PlannedStep>;
  catalogue: StepCatalogue;
  known: PlanKnown;
  rowLimit: number | null;
}

function planStep({ node, edges, steps, catalogue, known, rowLimit }: PlanStepOptions): PlannedStep {
  const incoming = groupByPort(edges);
  const definition = catalogue[node.step] ?? null;
  const base = unplanned(node, definition, incoming);
  if (!definition) return { ...base, problems: [{ code: "unknown_step", data: { stepId: node.step } }] };

  const portProblems = checkPorts(definition, incoming, steps);
  const inputColumns: Record<string, PortColumns[]> = {};
  for (const port of definition.inputs) {
    if (port.type !== "table" || !incoming[port.name]) continue;
    inputColumns[port.name] = (incoming[port.name] ?? []).map((edge) => steps.get(edge.from.node)?.columns[edge.from.port] ?? null);
  }
  const parsed = definition.params.safeParse(node.params);
  if (!parsed.success) {
    const problems = [...portProblems, ...describeParamErrors(parsed.error)];
    return { ...base, inputColumns, problems };
  }
  const params = parsed.data;
  const probe = definition.probed ? lookUpProbe(definition, params, known) : null;
  const checked = definition.check({ params, inputs: inputColumns, probed: probe?.columns ?? null });
  const models = resolveModels(definition, params, incoming, known);
  const problems = [...portProblems, ...checked.problems, ...(probe?.problems ?? []), ...models.problems];
  const identity = identify(definition, params, models.identities, incoming, steps, rowLimit);
  const fingerprint = identity && fingerprintIdentity(identity);
  const columns = { ...checked.columns, ...(fingerprint ? known.results[fingerprint]?.columns : undefined) };
  return {
    ...base,
    params,
    inputColumns,
    columns,
    problems,
    identity,
    fingerprint,
    probeKey: probe?.key ?? null,
    verdict: judge({ node, problems, identity, fingerprint, known }),
  };
}

function judge(step: {
  node: WorkflowNode;
  problems: StepProblem[];
  identity: StepIdentity | null;
  fingerprint: string | null;
  known: PlanKnown;
}): Verdict {
  const { node, problems, identity, fingerprint, known } = step;
  if (node.disabled) return { state: "disabled" };
  if (problems.some((problem) => problem.code !== "probe_pending") || !identity || !fingerprint) return { state: "blocked" };
  if (known.results[fingerprint]) return { state: "fresh" };
  const before = (known.previous[node.id] ?? null) as StepIdentity | null;
  return { state: "stale", reason: explainStaleness(before, identity) };
}

function checkPorts(definition: AnyStepDefinition, incoming: Record<string, WorkflowEdge[]>, steps: Map<string, PlannedStep>): StepProblem[] {
  const problems: StepProblem[] = [];
  for (const port of definition.inputs) {
    const edges = incoming[port.name] ?? [];
    if (port.required && edges.length === 0) problems.push({ code: "input_missing", data: { port: port.name } });
    for (const edge of edges) {
      const source = steps.get(edge.from.node);
      if (!source) continue;
      if (source.verdict.state === "blocked" || source.verdict.state === "disabled") {
        problems.push({ code: "upstream_blocked", data: { step: source.node.title } });
      }
      const output = source.definition && source.params ? source.definition.outputs(source.params).find((out) => out.name === edge.from.port) : null;
      if (output && output.type !== port.type) {
        problems.push({
          code: "port_type_mismatch",
          data: { from: output.name, fromType: output.type, to: port.name, toType: port.type },
        });
      } else if (source.params && !output) {
        problems.push({ code: "input_missing", data: { port: port.name } });
      }
    }
  }
  return problems;
}

function describeParamErrors(error: z.ZodError): StepProblem[] {
  return error.issues.map((issue) => {
    const param = String(issue.path[0] ?? "");
    return { code: "params_invalid", data: { param, detail: issue.message }, param };
  });
}

function lookUpProbe(definition: AnyStepDefinition, params: Record<string, unknown>, known: PlanKnown): { key: string; columns: Column[] | null; problems: StepProblem[] } {
  const key = makeProbeKey(definition.id, params);
  const answer = known.probes[key];
  if (!answer) return { key, columns: null, problems: [{ code: "probe_pending", data: {} }] };
  if ("columns" in answer) return { key, columns: answer.columns, problems: [] };
  const code = isErrorCode(answer.code) ? answer.code : "internal";
  return { key, columns: null, problems: [{ code, data: answer.data as ErrorData }] };
}

/** What each model parameter stands for. A parameter is not used, and so not part of the identity, while the model port is connected. */
function resolveModels(
  definition: AnyStepDefinition,
  params: Record<string, unknown>,
  incoming: Record<string, WorkflowEdge[]>,
  known: PlanKnown,
): { identities: Record<string, unknown>; problems: StepProblem[] } {
  const identities: Record<string, unknown> = {};
  const problems: StepProblem[] = [];
  const modelPort = definition.inputs.find((port) => port.type === "model");
  if (modelPort && incoming[modelPort.name]) return { identities, problems };
  for (const { name, meta } of listParams(definition.params)) {
    if (meta.field?.kind !== "model" || params[name] === null) continue;
    const ref = params[name] as ModelRef;
    const identity = known.models[modelKey(ref)];
    if (identity) identities[name] = identity;
    else if (identity === null) problems.push({ code: "model_missing", data: { model: ref.model }, param: name });
    // Not asked yet: the reference itself stands in until the server has said what it is.
    else identities[name] = { unresolved: ref };
  }
  return { identities, problems };
}

function identify(
  definition: AnyStepDefinition,
  params: Record<string, unknown>,
  models: Record<string, unknown>,
  incoming: Record<string, WorkflowEdge[]>,
  steps: Map<string, PlannedStep>,
  rowLimit: number | null,
): StepIdentity | null {
  const inputs: Record<string, string[]> = {};
  for (const [port, edges] of Object.entries(incoming)) {
    const fingerprints: string[] = [];
    for (const edge of edges) {
      const fingerprint = steps.get(edge.from.node)?.fingerprint;
      if (!fingerprint) return null;
      fingerprints.push(`${fingerprint}/${edge.from.port}`);
    }
    inputs[port] = fingerprints;
  }
  return makeStepIdentity({ definition, params, models, inputs, rowLimit });
}
