import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAppError, toAppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import { makeProbeKey, planWorkflow, unrollDocument } from "@/lib/plan/plan-workflow";
import { modelKey } from "@/lib/plan/plan-models";
import { nothingKnown, type PlanKnown } from "@/lib/plan/plan-known";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import type { WorkflowDocument } from "@/lib/workflow/document";
import type { UnrolledNode } from "@/lib/workflow/unrolled";
import { findOutputLimit } from "@/lib/contracts/model-contexts";
import { findTargets, limitBase } from "./connection-endpoint";
import { databaseAccess } from "./database-access";
import { filePath } from "./file-store";
import { gatherCalls, gatherTextLengths } from "./gather-estimate";
import { hubCredentials } from "./hub-credentials";
import { identifyModel } from "./model-resolver";
import { openStoredTable } from "./open-stored-table";
import type { SharedResources } from "./resources";
import { loadProbe } from "./step-catalogue";
import { findStepResults, type StepResult } from "./step-result";

type ProbeAnswer = PlanKnown["probes"][string];

/** Answers of probes, by key; a failure is asked again after a while. Bounded: the oldest goes. */
const probeAnswers = new Map<string, { answer: ProbeAnswer; at: number }>();
const PROBES_KEPT = 500;
const FAILURE_KEPT_MS = 10_000;

async function askProbe(resources: SharedResources, definition: AnyStepDefinition, params: Record<string, unknown>): Promise<ProbeAnswer> {
  const scratch = join(resources.dataFolder, "tmp", createId("probe"));
  await mkdir(scratch, { recursive: true });
  const session = await resources.duckdb.openSession({ readable: [resources.dataFolder], writable: scratch });
  try {
    const probe = await loadProbe(definition.id);
    return await probe(params, {
      sql: session,
      scratch,
      filePath: (file) => filePath(resources, file),
      storedTable: (address) => openStoredTable(resources, session, address),
      hub: () => hubCredentials(resources),
      database: (id) => databaseAccess(resources, id),
    });
  } catch (error) {
    return toAppError(error).toRecord();
  } finally {
    session.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function probeOnce(resources: SharedResources, definition: AnyStepDefinition, params: Record<string, unknown>): Promise<[string, ProbeAnswer]> {
  const key = makeProbeKey(definition.id, params);
  const kept = probeAnswers.get(key);
  if (kept && ("columns" in kept.answer || Date.now() - kept.at < FAILURE_KEPT_MS)) return [key, kept.answer];
  const answer = await askProbe(resources, definition, params);
  probeAnswers.set(key, { answer, at: Date.now() });
  for (const oldest of probeAnswers.keys()) {
    if (probeAnswers.size <= PROBES_KEPT) break;
    probeAnswers.delete(oldest);
  }
  return [key, answer];
}

async function probeAll(resources: SharedResources, nodes: readonly UnrolledNode[]): Promise<PlanKnown["probes"]> {
  const asked = nodes.flatMap((node) => {
    const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[node.step];
    const params = definition?.probed ? definition.params.safeParse(node.params) : null;
    return definition && params?.success ? [[makeProbeKey(definition.id, params.data), () => probeOnce(resources, definition, params.data)] as const] : [];
  });
  return Object.fromEntries(await Promise.all([...new Map(asked).values()].map((ask) => ask())));
}

/** Null for a name that stands for no model; a database that is away is not a missing model. */
async function identifyOrNull(resources: SharedResources, ref: ModelRef): Promise<Record<string, unknown> | null> {
  try {
    return await identifyModel(resources, ref);
  } catch (error) {
    if (isAppError(error) && error.code === "model_missing") return null;
    throw error;
  }
}

function listModels(nodes: readonly UnrolledNode[]): Map<string, ModelRef> {
  const refs = new Map<string, ModelRef>();
  for (const node of nodes) {
    const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[node.step];
    const params = definition?.params.safeParse(node.params);
    if (!definition || !params?.success) continue;
    for (const { name, meta } of listParams(definition.params)) {
      if (meta.field?.kind !== "model" || !params.data[name]) continue;
      const ref = params.data[name] as ModelRef;
      refs.set(modelKey(ref), ref);
    }
  }
  return refs;
}

async function identifyAll(resources: SharedResources, refs: ReadonlyMap<string, ModelRef>): Promise<PlanKnown["models"]> {
  const entries = [...refs].map(async ([key, ref]) => [key, await identifyOrNull(resources, ref)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Of a pool, the least of its servers', since any of them may take a call. */
async function gatherOutputLimits(resources: SharedResources, refs: ReadonlyMap<string, ModelRef>): Promise<PlanKnown["outputLimits"]> {
  const entries = [...refs].map(async ([key, ref]) => {
    const targets = ref.connection === LOCAL_CONNECTION ? [] : await findTargets(resources, ref);
    const limits = targets.flatMap(({ row, model }) => findOutputLimit(limitBase(row), model) ?? []);
    return limits.length > 0 ? [[key, Math.min(...limits)] as const] : [];
  });
  return Object.fromEntries((await Promise.all(entries)).flat());
}

/** What each step was when it last finished in a run of this workflow. */
async function readPrevious(resources: SharedResources, workflowId: string | null): Promise<PlanKnown["previous"]> {
  if (!workflowId) return {};
  const { rows } = await resources.database.pool.query<{ node_id: string; identity: Record<string, unknown> }>(
    `SELECT DISTINCT ON (s.node_id) s.node_id, s.identity FROM step_run s JOIN run r ON r.id = s.run_id
     WHERE r.workflow_id = $1 AND s.state = 'done' ORDER BY s.node_id, s.created_at DESC`,
    [workflowId],
  );
  return Object.fromEntries(rows.map((row) => [row.node_id, row.identity]));
}

interface GatherOptions {
  workflowId: string | null;
  rowLimit: number | null;
  /** Also what tells how much a run would cost and take. */
  forEstimate?: boolean;
}

/** Everything the planner has to know of the world for this document. */
export async function gatherKnown(resources: SharedResources, document: WorkflowDocument, { workflowId, rowLimit, forEstimate = false }: GatherOptions): Promise<PlanKnown> {
  // Rounds and trials have parameters of their own.
  const { nodes } = unrollDocument(document, stepDefinitions);
  const refs = listModels(nodes);
  const [probes, models, outputLimits, previous, calls] = await Promise.all([
    probeAll(resources, nodes),
    identifyAll(resources, refs),
    gatherOutputLimits(resources, refs),
    readPrevious(resources, workflowId),
    forEstimate ? gatherCalls(resources, [...refs.values()]) : {},
  ]);
  const known: PlanKnown = { ...nothingKnown, probes, models, outputLimits, previous, calls };
  const plan = planWorkflow(document, stepDefinitions, known, rowLimit);
  const results = await findStepResults(resources, [...plan.steps.values()].flatMap((step) => step.fingerprint ?? []));
  return { ...known, results: describeResults(results), textLengths: forEstimate ? await gatherTextLengths(resources, plan, results) : {} };
}

function describeResults(found: ReadonlyMap<string, StepResult>): PlanKnown["results"] {
  return Object.fromEntries(
    [...found].map(([fingerprint, { outputs, createdAt }]) => [
      fingerprint,
      {
        columns: Object.fromEntries(Object.entries(outputs.tables).map(([port, table]) => [port, table.columns])),
        rows: Object.fromEntries(Object.entries(outputs.tables).map(([port, table]) => [port, table.rows])),
        rejected: outputs.issues.rejected,
        failed: outputs.issues.failed,
        pruned: outputs.pruned,
        createdAt: createdAt.toISOString(),
      },
    ]),
  );
}
