import type { z } from "zod";
import { isErrorCode } from "@/lib/core/error-catalogue";
import type { ErrorData } from "@/lib/core/app-error";
import { canonicalJson } from "@/lib/core/canonical-json";
import { sha256Hex } from "@/lib/core/sha256";
import { explainStaleness, type StaleReason } from "@/lib/fingerprint/stale-reason";
import { fingerprintIdentity, makeStepIdentity, type IdentityParts, type StepIdentity } from "@/lib/fingerprint/step-identity";
import type { Column } from "@/lib/steps/_sdk/columns";
import type { AnyStepDefinition, PortColumns, PortType, RenamedColumn, StepProblem } from "@/lib/steps/_sdk/define-step";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import { addTruncatedColumn } from "@/lib/steps/_sdk/truncated-column";
import type { Endpoint, WorkflowDocument, WorkflowEdge, WorkflowNode } from "@/lib/workflow/document";
import { findLastRound } from "@/lib/workflow/stop-rule";
import { findAncestors, groupEdgesByTarget, sortTopologically } from "@/lib/workflow/topology";
import { unrollGroups } from "@/lib/workflow/unroll-groups";
import { TRIALS_STEP } from "@/lib/workflow/unroll-sweep";
import { findDependencies, type UnrolledDocument, type UnrolledNode } from "@/lib/workflow/unrolled";
import { checkGroups } from "./check-groups";
import { checkPorts } from "./check-ports";
import { checkLongestReply, checkProvider, checkTogether } from "./check-provider";
import type { PlanKnown } from "./plan-known";
import { fillReplacedModels, resolveModels } from "./plan-models";

export type StepCatalogue = Readonly<Record<string, AnyStepDefinition>>;

export type Verdict =
  | { state: "fresh" }
  | { state: "stale"; reason: StaleReason }
  | { state: "blocked" }
  | { state: "disabled" }
  /** The rounds before it are enough, or its trial was given up. */
  | { state: "skipped" };

export interface PlannedStep {
  node: UnrolledNode;
  /** Null where the catalogue has no such step. */
  definition: AnyStepDefinition | null;
  /** Parameters after parsing; null while they do not parse. */
  params: Record<string, unknown> | null;
  problems: StepProblem[];
  /** Columns of its own that get another name than their parameter says. */
  renamed: RenamedColumn[];
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
  /** The steps of all rounds, by id: those of the first have the ids of the drawn ones. */
  steps: Map<string, PlannedStep>;
  /** What was planned: the drawn document with its groups unrolled. */
  document: UnrolledDocument;
  /** Node ids in an order in which they can run. */
  order: string[];
}

/** Key of a probe: what it depends on. */
export function makeProbeKey(stepId: string, params: unknown): string {
  return sha256Hex(canonicalJson({ step: stepId, params }));
}

/** Steps whose cache is off are made anew in a run. */
export interface NewDraw {
  /** The run's id. */
  id: string;
  /** Ids of the planned steps that it makes; null for all. */
  steps: ReadonlySet<string> | null;
}

/**
 * Columns, problems, fingerprints and verdicts of a whole document. Pure: the same in browser and worker, given the same
 * catalogue and knowledge.
 */
export function planWorkflow(
  drawn: WorkflowDocument,
  catalogue: StepCatalogue,
  known: PlanKnown,
  rowLimit: number | null = null,
  newDraw: NewDraw | null = null,
): Plan {
  const drawnNodes = new Map(drawn.nodes.map((node) => [node.id, node]));
  const typeOf = (end: Endpoint) => findOutputType(drawnNodes.get(end.node), end.port, catalogue);
  const groupProblems = checkGroups(drawn, { typeOf, inputTypeOf: (end) => findInputType(drawnNodes.get(end.node), end.port, catalogue), paramOf: (node, param) => findParam(drawnNodes.get(node), param, catalogue) });
  const document = unrollDocument(drawn, catalogue);
  const incoming = groupEdgesByTarget(document);
  const { order, cycles } = sortTopologically({ nodes: document.nodes, edges: findDependencies(document) });
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const steps = new Map<string, PlannedStep>();
  for (const id of order) {
    const node = nodes.get(id);
    if (!node) continue;
    const draw = node.cache === "on" ? null : newDraw && (newDraw.steps?.has(id) ?? true) ? newDraw.id : lastDraw(known, id);
    steps.set(id, planStep({ node, edges: incoming.get(id) ?? [], problems: groupProblems.get(node.group ?? "") ?? [], steps, catalogue, known, rowLimit, draw }));
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
  leaveOutFailedTrials({ steps, document, order });
  return { steps, document, order };
}

/** A sweep that has its table of trials is done: those that failed are tried again when a person asks for it, as failed rows are. */
function leaveOutFailedTrials({ steps, document, order }: Plan): void {
  const skip = (step: PlannedStep) => steps.set(step.node.id, { ...step, verdict: { state: "skipped" } });
  for (const { node, verdict, incoming } of [...steps.values()]) {
    if (node.step !== TRIALS_STEP || verdict.state !== "fresh") continue;
    const outcomes = [...(incoming["watched"] ?? []), ...(incoming["models"] ?? [])].flatMap(({ from }) => steps.get(from.node) ?? []);
    for (const outcome of outcomes.filter((step) => step.verdict.state === "stale")) {
      for (const id of findAncestors(document, outcome.node.id)) {
        const step = steps.get(id);
        if (step?.node.trial === outcome.node.trial && step.verdict.state === "stale") skip(step);
      }
    }
  }
  for (const id of order) {
    const step = steps.get(id);
    if (step?.verdict.state === "stale" && isBehindPruned(step.node, step.incoming, steps)) skip(step);
  }
}

/** The drawn document with its groups unrolled. */
export function unrollDocument(drawn: WorkflowDocument, catalogue: StepCatalogue): UnrolledDocument {
  const nodes = new Map(drawn.nodes.map((node) => [node.id, node]));
  return unrollGroups(drawn, {
    isModelPort: ({ node, port }) => findOutputType(nodes.get(node), port, catalogue) === "model",
    isTrainer: ({ step }) => catalogue[step]?.category === "train" && catalogue[step].resource === "gpu",
  });
}

/** What a step whose cache is off was last made by; before its first run, by none. */
function lastDraw(known: PlanKnown, id: string): string {
  const draw = known.previous[id]?.["draw"];
  return typeof draw === "string" ? draw : "none";
}

function findOutputType(node: WorkflowNode | undefined, port: string, catalogue: StepCatalogue): PortType | null {
  const definition = node && catalogue[node.step];
  const params = definition?.params.safeParse(node?.params);
  return (definition && params?.success && definition.outputs(params.data).find(({ name }) => name === port)?.type) || null;
}

function findInputType(node: WorkflowNode | undefined, port: string, catalogue: StepCatalogue): PortType | null {
  return (node && catalogue[node.step]?.inputs.find(({ name }) => name === port)?.type) ?? null;
}

function findParam(node: WorkflowNode | undefined, param: string, catalogue: StepCatalogue): { isModel: boolean } | null {
  const definition = node && catalogue[node.step];
  const found = definition && listParams(definition.params).find(({ name }) => name === param);
  return found ? { isModel: found.meta.field?.kind === "model" } : null;
}

function unplanned(node: UnrolledNode, definition: AnyStepDefinition | null, incoming: Record<string, WorkflowEdge[]>): PlannedStep {
  return {
    node,
    definition,
    params: null,
    problems: [],
    renamed: [],
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
  node: UnrolledNode;
  edges: WorkflowEdge[];
  /** Of its group. */
  problems: StepProblem[];
  steps: Map<string, PlannedStep>;
  catalogue: StepCatalogue;
  known: PlanKnown;
  rowLimit: number | null;
  draw: string | null;
}

function planStep(options: PlanStepOptions): PlannedStep {
  const { node, edges, steps, catalogue, known, rowLimit } = options;
  const incoming = groupByPort(edges);
  const definition = catalogue[node.step] ?? null;
  const base = unplanned(node, definition, incoming);
  if (!definition) return { ...base, problems: [{ code: "unknown_step", data: { stepId: node.step } }] };

  const portProblems = [...options.problems, ...checkPorts(definition, incoming, steps)];
  const inputColumns: Record<string, PortColumns[]> = {};
  for (const port of definition.inputs) {
    if (port.type !== "table" || !incoming[port.name]) continue;
    inputColumns[port.name] = (incoming[port.name] ?? []).map((edge) => steps.get(edge.from.node)?.columns[edge.from.port] ?? null);
  }
  const parsed = definition.params.safeParse(fillReplacedModels(definition, node.params, incoming));
  if (!parsed.success) {
    const problems = [...portProblems, ...describeParamErrors(parsed.error)];
    return { ...base, inputColumns, problems };
  }
  const repeat = (node.round ?? 1) - 1;
  const params = shiftSeed(definition, parsed.data, repeat);
  const probe = definition.probed ? lookUpProbe(definition, params, known) : null;
  const checked = addTruncatedColumn(params, definition.check({ params, inputs: inputColumns, probed: probe?.columns ?? null }));
  const models = resolveModels(definition, params, incoming, known);
  const problems = [...portProblems, ...checked.problems, ...(probe?.problems ?? []), ...models.problems, ...checkProvider(definition, params, models.identities), ...checkTogether(params), ...checkLongestReply(params, models.identities, known)];
  const inputs = findInputs(incoming, steps);
  const trial = describeTrial(node, steps);
  const identity = inputs && trial && makeStepIdentity({ definition, params, models: models.identities, inputs, rowLimit, repeat, draw: options.draw, ...trial });
  const fingerprint = identity && fingerprintIdentity(identity);
  const columns = { ...checked.columns, ...(fingerprint ? known.results[fingerprint]?.columns : undefined) };
  return {
    ...base,
    params,
    inputColumns,
    columns,
    problems,
    renamed: checked.renamed ?? [],
    identity,
    fingerprint,
    probeKey: probe?.key ?? null,
    verdict: judge({ node, problems, identity, fingerprint, incoming, known, steps }),
  };
}

/** What a step of a sweep depends on beside its inputs: what chose its parameters, and the trials it is held against. Null while one of them has no fingerprint. */
function describeTrial({ choice, prune }: UnrolledNode, steps: ReadonlyMap<string, PlannedStep>): Pick<IdentityParts, "chosen" | "prune"> | null {
  const fingerprints = (ids: readonly string[]) => ids.flatMap((id) => steps.get(id)?.fingerprint ?? []);
  const [chooser] = choice ? fingerprints([choice.from.node]) : [];
  const earlier = fingerprints(prune?.earlier ?? []);
  if ((choice && !chooser) || earlier.length !== (prune?.earlier.length ?? 0)) return null;
  return { chosen: choice && chooser ? { from: `${chooser}/${choice.from.port}`, columns: choice.columns } : null, prune: prune && { ...prune, earlier } };
}

/** A seed of its own for each round of a step that draws; a prompting step's calls are told apart by the round itself. */
function shiftSeed(definition: AnyStepDefinition, params: Record<string, unknown>, repeat: number): Record<string, unknown> {
  if (repeat === 0 || definition.resource === "llm" || typeof params["seed"] !== "number") return params;
  return { ...params, seed: params["seed"] + repeat };
}

interface JudgedStep extends Pick<PlannedStep, "node" | "problems" | "identity" | "fingerprint" | "incoming"> {
  known: PlanKnown;
  steps: ReadonlyMap<string, PlannedStep>;
}

function judge({ node, problems, identity, fingerprint, incoming, known, steps }: JudgedStep): Verdict {
  if (node.disabled) return { state: "disabled" };
  if (problems.some((problem) => problem.code !== "probe_pending") || !identity || !fingerprint) return { state: "blocked" };
  if (isBeyondStop(node, known, steps) || isBehindPruned(node, incoming, steps)) return { state: "skipped" };
  const result = known.results[fingerprint];
  if (result) return { state: result.pruned ? "skipped" : "fresh" };
  const before = (known.previous[node.id] ?? null) as StepIdentity | null;
  return { state: "stale", reason: explainStaleness(before, identity) };
}

/** Its trial failed or was given up. */
function isBehindPruned({ trial }: UnrolledNode, incoming: Record<string, WorkflowEdge[]>, steps: ReadonlyMap<string, PlannedStep>): boolean {
  return trial !== null && Object.values(incoming).flat().some(({ from }) => steps.get(from.node)?.verdict.state === "skipped");
}

/** The stored rows of the rounds before are enough. Whether a value is reached is seen in the run. */
function isBeyondStop({ gate }: UnrolledNode, known: PlanKnown, steps: ReadonlyMap<string, PlannedStep>): boolean {
  if (gate?.stop.kind !== "rows") return false;
  const outcomes = gate.watched.map(({ node, port }) => ({ rows: known.results[steps.get(node)?.fingerprint ?? ""]?.rows[port] ?? 0, value: null }));
  return findLastRound(gate.stop, outcomes) !== null;
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

/** `<fingerprint>/<port>` of what is connected, by input port; null while a source has no fingerprint. */
function findInputs(incoming: Record<string, WorkflowEdge[]>, steps: ReadonlyMap<string, PlannedStep>): Record<string, string[]> | null {
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
  return inputs;
}
