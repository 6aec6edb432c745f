import { AppError } from "@/lib/core/app-error";
import { formatError } from "@/lib/core/format-error";
import { createId } from "@/lib/core/ids";
import type { RunTarget } from "@/lib/contracts/runs";
import { planWorkflow, type Plan, type PlannedStep } from "@/lib/plan/plan-workflow";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { findAncestors, findDescendants } from "@/lib/workflow/topology";
import { TRIALS_STEP, trialsNodeId } from "@/lib/workflow/unroll-sweep";
import { findDependencies, type Gate } from "@/lib/workflow/unrolled";
import { jsonValue } from "@/lib/server/json-value";
import { advanceRun } from "./advance-run";
import { gatherKnown } from "./gather-known";
import type { StepGate } from "./step-gate";
import type { SharedResources } from "./resources";
import { findStepResults } from "./step-result";

export interface RunRequest {
  workflowId: string | null;
  document: WorkflowDocument;
  target: RunTarget;
  rowLimit: number | null;
  /** Forget results that have failed rows, so that those rows are tried again. */
  retryFailed?: boolean;
  /** Millionths of a US dollar that its calls may cost. */
  budgetMicros?: number | null;
}

/**
 * Plans, stores the run with its steps, and sets the first ones going. Returns the run's id; where a run of this workflow
 * is under way, that one's. Throws `nothing_to_run`, `workflow_has_errors`, `upstream_not_fresh`, `not_found`.
 */
export async function startRun(resources: SharedResources, request: RunRequest): Promise<string> {
  const { workflowId, document, rowLimit, target } = request;
  const known = await gatherKnown(resources, document, { workflowId, rowLimit });
  const now = planWorkflow(document, stepDefinitions, known, rowLimit);
  const runId = createId("run");
  const wanted = findWanted(now, target);
  const draw = { id: runId, steps: target.kind === "all" ? null : wanted && findMade(now, target, wanted) };
  const before = planWorkflow(document, stepDefinitions, known, rowLimit, draw);
  const forgotten = new Set(request.retryFailed ? await forgetFailures(resources, before, target) : []);
  const left = Object.fromEntries(Object.entries(known.results).filter(([fingerprint]) => !forgotten.has(fingerprint)));
  const plan = forgotten.size === 0 ? before : planWorkflow(document, stepDefinitions, { ...known, results: left }, rowLimit, draw);
  const selected = selectSteps(plan, target, wanted);
  if (target.kind === "only" || target.kind === "from") await forgetResult(resources, plan, target.nodeId);
  const started = await storeRun(resources, runId, request, plan, selected);
  await advanceRun(resources, started);
  return started;
}

/**
 * A result with failed rows is a result, and is kept until a person asks for those rows again. What was made of it goes too:
 * its fingerprint says how it was made, not which rows, or trials, came through. Gives the fingerprints that are gone.
 */
async function forgetFailures(resources: SharedResources, plan: Plan, target: RunTarget): Promise<string[]> {
  const asked = [...plan.steps.values()].filter((step) => target.kind !== "only" || step.node.drawn === target.nodeId);
  const results = await findStepResults(resources, asked.flatMap((step) => step.fingerprint ?? []));
  const broken = asked.filter((step) => (step.definition?.resource === "llm" || step.node.step === TRIALS_STEP) && (results.get(step.fingerprint ?? "")?.outputs.issues.failed ?? 0) > 0);
  const outdated = new Set(broken.flatMap((step) => [...findDescendants(plan.document, step.node.id)]));
  const fingerprints = [...outdated].flatMap((id) => plan.steps.get(id)?.fingerprint ?? []);
  await resources.database.pool.query("DELETE FROM step_result WHERE fingerprint = ANY($1)", [fingerprints]);
  return fingerprints;
}

/** A person who runs this very step wants it done, though its result is there: published again, a page read again. */
async function forgetResult(resources: SharedResources, plan: Plan, nodeId: string): Promise<void> {
  const step = plan.steps.get(nodeId);
  if (step?.definition?.effects !== "external" || step.problems.length > 0) return;
  await resources.database.pool.query("DELETE FROM step_result WHERE fingerprint = $1", [step.fingerprint]);
}

/** Ids of the planned steps that a run is about, of all rounds; null for all. Throws `not_found`. */
function findWanted({ document }: Plan, target: RunTarget): Set<string> | null {
  if (target.kind === "all") return null;
  const chosen = document.nodes.filter((node) => node.drawn === target.nodeId);
  const first = chosen[0];
  if (!first) throw new AppError("not_found", { what: "step", id: target.nodeId });
  // One step of a round by itself would leave the others of its rounds behind.
  if (target.kind === "only") return new Set((first.round === null && first.trial === null ? chosen : document.nodes.filter((node) => node.group === first.group)).map((node) => node.id));
  const graph = { nodes: document.nodes, edges: findDependencies(document) };
  const before = (ids: Iterable<string>) => new Set([...ids].flatMap((id) => [...findAncestors(graph, id)]));
  // Of a sweep one wants to know which trial was best, too.
  const ids = [...chosen.map((node) => node.id), ...(first.trial === null ? [] : [trialsNodeId(first.group ?? "")])];
  return before(target.kind === "to" ? ids : ids.flatMap((id) => [...findDescendants(graph, id)]));
}

/** Of the wanted steps, those that a run makes anew where their caches are off: not those that only feed the step it starts from. */
function findMade({ document }: Plan, target: RunTarget, wanted: ReadonlySet<string>): ReadonlySet<string> {
  if (target.kind !== "from") return wanted;
  return new Set(document.nodes.filter((node) => node.drawn === target.nodeId).flatMap((node) => [...findDescendants(document, node.id)]));
}

function selectSteps(plan: Plan, target: RunTarget, wanted: ReadonlySet<string> | null): PlannedStep[] {
  const dropped = findDisabled(plan);
  const steps = [...plan.order.flatMap((id) => plan.steps.get(id) ?? []), ...[...plan.steps.values()].filter((step) => !plan.order.includes(step.node.id))].filter(
    (step) => (!wanted || wanted.has(step.node.id)) && !dropped.has(step.node.id) && !(step.node.trial !== null && step.verdict.state === "skipped"),
  );
  if (steps.length === 0) throw new AppError("nothing_to_run");
  for (const step of steps) {
    const problem = step.problems.find((candidate) => candidate.code !== "probe_pending");
    if (problem) throw new AppError("workflow_has_errors", { step: step.node.title, nodeId: step.node.drawn ?? step.node.id, problem: problem.code, detail: formatError(problem.code, problem.data) });
  }
  if (target.kind === "only" && wanted) requireFreshInputs(plan, wanted);
  return steps;
}

/** Disabled steps and all that they feed. */
function findDisabled(plan: Plan): Set<string> {
  const { document } = plan;
  const dropped = new Set<string>();
  for (const id of plan.order) {
    const step = plan.steps.get(id);
    const fed = document.edges.some((edge) => edge.to.node === id && dropped.has(edge.from.node));
    if (step?.node.disabled || fed) dropped.add(id);
  }
  return dropped;
}

/** What the wanted steps are fed with from outside has to be there. Throws `upstream_not_fresh`. */
function requireFreshInputs(plan: Plan, wanted: ReadonlySet<string>): void {
  for (const { from, to } of plan.document.edges) {
    const source = plan.steps.get(from.node);
    if (wanted.has(to.node) && !wanted.has(from.node) && source?.verdict.state !== "fresh") throw new AppError("upstream_not_fresh", { step: source?.node.title ?? from.node });
  }
}

/** The tables that decide, by what is stored. */
function describeGate({ watched, stop }: Gate, plan: Plan): StepGate {
  return { watched: watched.map((end) => `${plan.steps.get(end.node)?.fingerprint ?? ""}/${end.port}`), stop };
}

/** Steps whose success it needs; trials may fail one by one. */
function findNeeded({ incoming, node }: PlannedStep): string[] {
  const tolerated = new Set(node.after);
  const sources = [...Object.values(incoming).flat().map((edge) => edge.from.node), ...(node.gate?.watched ?? []).map((end) => end.node), ...(node.choice ? [node.choice.from.node] : [])];
  return [...new Set(sources)].filter((id) => !tolerated.has(id));
}

async function storeRun(resources: SharedResources, runId: string, request: RunRequest, plan: Plan, steps: PlannedStep[]): Promise<string> {
  const { workflowId, document, target, rowLimit } = request;
  const included = new Set(steps.map((step) => step.node.id));
  return resources.database.prisma.$transaction(async (transaction) => {
    if (workflowId) {
      // A double click, or two people: the second gets the run that the first started.
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`workflow:${workflowId}`}))`;
      const active = await transaction.run.findFirst({ where: { workflowId, state: { in: ["running", "paused"] } }, select: { id: true } });
      if (active) return active.id;
    }
    await transaction.run.create({ data: { id: runId, workflowId, document: jsonValue(document), target, rowLimit, budgetMicros: request.budgetMicros ?? null, state: "running" } });
    await transaction.stepRun.createMany({
      data: steps.map((step, index) => ({
        id: createId("step"),
        runId,
        index,
        nodeId: step.node.id,
        stepId: step.node.step,
        title: step.node.title,
        fingerprint: step.fingerprint ?? "",
        identity: jsonValue(step.identity ?? {}),
        params: jsonValue(step.params ?? {}),
        ...(step.node.gate && { gate: jsonValue(describeGate(step.node.gate, plan)) }),
        dependsOn: findNeeded(step).filter((id) => included.has(id)),
        after: step.node.after.filter((id) => included.has(id)),
        trial: step.node.trial,
        state: "waiting",
      })),
    });
    return runId;
  });
}
