import { AppError } from "@/lib/core/app-error";
import { formatError } from "@/lib/core/format-error";
import { createId } from "@/lib/core/ids";
import type { RunTarget } from "@/lib/contracts/runs";
import { planWorkflow, type Plan, type PlannedStep } from "@/lib/plan/plan-workflow";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { findAncestors, findDescendants } from "@/lib/workflow/topology";
import { jsonValue } from "@/lib/server/json-value";
import { advanceRun } from "./advance-run";
import { gatherKnown } from "./gather-known";
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
  const plan = planWorkflow(document, stepDefinitions, known, rowLimit);
  if (request.retryFailed) await forgetFailures(resources, document, plan, target);
  const selected = selectSteps(document, plan, target);
  if (target.kind === "only" || target.kind === "from") await forgetResult(resources, plan, target.nodeId);
  const runId = await storeRun(resources, request, selected);
  await advanceRun(resources, runId);
  return runId;
}

/**
 * A result with failed rows is a result, and is kept until a person asks for those rows again. What was made of it goes too:
 * its fingerprint says how it was made, not which rows came through.
 */
async function forgetFailures(resources: SharedResources, document: WorkflowDocument, plan: Plan, target: RunTarget): Promise<void> {
  const asked = [...plan.steps.values()].filter((step) => target.kind !== "only" || step.node.id === target.nodeId);
  const results = await findStepResults(resources, asked.flatMap((step) => step.fingerprint ?? []));
  const broken = asked.filter((step) => step.definition?.resource === "llm" && (results.get(step.fingerprint ?? "")?.outputs.issues.failed ?? 0) > 0);
  const outdated = new Set(broken.flatMap((step) => [...findDescendants(document, step.node.id)]));
  const fingerprints = [...outdated].flatMap((id) => plan.steps.get(id)?.fingerprint ?? []);
  await resources.database.pool.query("DELETE FROM step_result WHERE fingerprint = ANY($1)", [fingerprints]);
}

/** A person who runs this very step wants it done, though its result is there: published again, a page read again. */
async function forgetResult(resources: SharedResources, plan: Plan, nodeId: string): Promise<void> {
  const step = plan.steps.get(nodeId);
  if (step?.definition?.effects !== "external" || step.problems.length > 0) return;
  await resources.database.pool.query("DELETE FROM step_result WHERE fingerprint = $1", [step.fingerprint]);
}

/** Null for all steps. */
function findWanted(document: WorkflowDocument, target: RunTarget): Set<string> | null {
  if (target.kind === "all") return null;
  if (target.kind === "only") return new Set([target.nodeId]);
  if (target.kind === "to") return findAncestors(document, target.nodeId);
  return new Set([...findDescendants(document, target.nodeId)].flatMap((id) => [...findAncestors(document, id)]));
}

function selectSteps(document: WorkflowDocument, plan: Plan, target: RunTarget): PlannedStep[] {
  const wanted = findWanted(document, target);
  if (target.kind !== "all" && !plan.steps.has(target.nodeId)) throw new AppError("not_found", { what: "step", id: target.nodeId });
  const dropped = findDisabled(document, plan);
  const steps = [...plan.order.flatMap((id) => plan.steps.get(id) ?? []), ...[...plan.steps.values()].filter((step) => !plan.order.includes(step.node.id))].filter(
    (step) => (!wanted || wanted.has(step.node.id)) && !dropped.has(step.node.id),
  );
  if (steps.length === 0) throw new AppError("nothing_to_run");
  for (const step of steps) {
    const problem = step.problems.find((candidate) => candidate.code !== "probe_pending");
    if (problem) throw new AppError("workflow_has_errors", { step: step.node.title, nodeId: step.node.id, problem: problem.code, detail: formatError(problem.code, problem.data) });
  }
  if (target.kind === "only") requireFreshInputs(plan, target.nodeId);
  return steps;
}

/** Disabled steps and all that they feed. */
function findDisabled(document: WorkflowDocument, plan: Plan): Set<string> {
  const dropped = new Set<string>();
  for (const id of plan.order) {
    const step = plan.steps.get(id);
    const fed = document.edges.some((edge) => edge.to.node === id && dropped.has(edge.from.node));
    if (step?.node.disabled || fed) dropped.add(id);
  }
  return dropped;
}

function requireFreshInputs(plan: Plan, nodeId: string): void {
  for (const edges of Object.values(plan.steps.get(nodeId)?.incoming ?? {})) {
    for (const edge of edges) {
      const source = plan.steps.get(edge.from.node);
      if (source?.verdict.state !== "fresh") throw new AppError("upstream_not_fresh", { step: source?.node.title ?? edge.from.node });
    }
  }
}

async function storeRun(resources: SharedResources, request: RunRequest, steps: PlannedStep[]): Promise<string> {
  const { workflowId, document, target, rowLimit } = request;
  const runId = createId("run");
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
        dependsOn: [...new Set(Object.values(step.incoming).flatMap((edges) => edges.map((edge) => edge.from.node)))].filter((id) => included.has(id)),
        state: "waiting",
      })),
    });
    return runId;
  });
}
