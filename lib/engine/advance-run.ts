import type { PoolClient } from "pg";
import { AppError, toAppError, type ErrorRecord } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import type { Queues } from "@/lib/queues/queues";
import { logger } from "@/lib/core/logger";
import { isTransientDatabaseError } from "@/lib/core/transient-error";
import { inTransaction } from "./in-transaction";
import { LOCAL_CONNECTION } from "@/lib/steps/_sdk/model-ref";
import { planChunks, type ChunkRange } from "./plan-chunks";
import type { SharedResources } from "./resources";
import { findDefinitionOrThrow, loadRunner } from "./step-catalogue";
import { countRows, findModel, findRowTable, openInputs } from "./step-inputs";
import { isPastStop, stepGate } from "./step-gate";
import { fillChosen } from "./fill-chosen";
import { isTrainerReady } from "./trainer-state";

interface StepRow {
  id: string;
  run_id: string;
  node_id: string;
  step_id: string;
  title: string;
  fingerprint: string;
  identity: StepIdentity;
  depends_on: string[];
  after: string[];
  trial: number | null;
  params: unknown;
  gate: unknown;
  state: string;
}

const ENDED = new Set(["done", "failed", "cancelled", "blocked", "skipped"]);
/** Ends that do not stand in the way of what follows. */
const PASSED = new Set(["done", "skipped"]);

/**
 * Moves a run on as far as it can go now: steps whose inputs are done start or are found in the cache, steps behind a
 * failure are blocked, and a run whose steps have all ended ends. Safe to call at any time, by anyone.
 */
export async function advanceRun(resources: SharedResources, runId: string): Promise<void> {
  const chunks = await inTransaction(resources, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`run:${runId}`]);
    const { rows: runs } = await client.query<{ state: string }>("SELECT state FROM run WHERE id = $1", [runId]);
    const state = runs[0]?.state;
    if (state !== "running" && state !== "cancelling") return [];
    const { rows: steps } = await client.query<StepRow>(
      "SELECT id, run_id, node_id, step_id, title, fingerprint, identity, depends_on, after, trial, params, gate, state FROM step_run WHERE run_id = $1 ORDER BY index",
      [runId],
    );
    const started = await startReadySteps(resources, client, steps, state === "cancelling");
    await endRunIfDone(client, runId, steps);
    return started;
  });
  await enqueueChunks(resources.queues, resources, chunks);
}

/** Not where another run holds it: that run may stay paused for days. */
const SAME_UNDER_WAY = `
  SELECT 1 FROM step_run s JOIN run r ON r.id = s.run_id WHERE s.fingerprint = $1 AND s.state = 'running' AND r.state <> 'paused'
    AND (s.run_id = $2 OR NOT EXISTS (SELECT 1 FROM chunk c JOIN training t ON t.chunk_id = c.id WHERE c.step_run_id = s.id AND t.paused))`;

/** Changes `steps` as it goes, so that a step found in the cache lets the next one start at once. */
async function startReadySteps(resources: SharedResources, client: PoolClient, steps: StepRow[], cancelling: boolean): Promise<string[]> {
  const byNode = new Map(steps.map((step) => [step.node_id, step]));
  const chunks: string[] = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const step of steps) {
      if (step.state !== "waiting") continue;
      const inputs = step.depends_on.flatMap((node) => byNode.get(node) ?? []);
      const broken = inputs.find((input) => ENDED.has(input.state) && !PASSED.has(input.state));
      if (cancelling) await endStep(client, step, "cancelled", null);
      else if (broken) await endStep(client, step, "blocked", new AppError("upstream_failed", { step: broken.title }).toRecord());
      else if (!inputs.every((input) => PASSED.has(input.state)) || !step.after.every((node) => ENDED.has(byNode.get(node)?.state ?? "done"))) continue;
      // Its trial was given up.
      else if (step.trial !== null && inputs.some((input) => input.state === "skipped")) await endStep(client, step, "skipped", null);
      else if (!(await leaveOut(resources, client, step)) && !(await startStep(resources, client, step, chunks))) continue;
      moved = true;
    }
  }
  return chunks;
}

/** Ends a step of a round after the last one; where the rule cannot be read it fails, with why. False where its round is run. */
async function leaveOut(resources: SharedResources, client: PoolClient, step: StepRow): Promise<boolean> {
  if (step.gate === null) return false;
  try {
    if (!(await isPastStop(resources, stepGate.parse(step.gate)))) return false;
    await endStep(client, step, "skipped", null);
  } catch (error) {
    if (isTransientDatabaseError(error)) throw error;
    await endStep(client, step, "failed", toAppError(error).toRecord());
  }
  return true;
}

async function endStep(client: PoolClient, step: StepRow, state: "cancelled" | "blocked" | "failed" | "skipped", error: ErrorRecord | null): Promise<void> {
  await client.query("UPDATE step_run SET state = $2, error = $3, ended_at = now() WHERE id = $1", [step.id, state, error]);
  step.state = state;
}

/** False where it has to wait: for the trainer, or for the same work under way elsewhere, whose result will serve both. */
async function startStep(resources: SharedResources, client: PoolClient, step: StepRow, chunks: string[]): Promise<boolean> {
  // Two steps of one fingerprint, in this run or another, must not start together.
  await client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`fingerprint:${step.fingerprint}`]);
  const { rows: cached } = await client.query<{ pruned: boolean | null }>("SELECT (outputs->>'pruned')::boolean AS pruned FROM step_result WHERE fingerprint = $1", [step.fingerprint]);
  if (cached[0]) {
    step.state = cached[0].pruned === true ? "skipped" : "done";
    await client.query("UPDATE step_run SET state = $2, from_cache = true, started_at = now(), ended_at = now() WHERE id = $1", [step.id, step.state]);
    return true;
  }
  const same = await client.query(SAME_UNDER_WAY, [step.fingerprint, step.run_id]);
  if (same.rowCount) return false;
  try {
    if (step.identity.chosen) {
      step.params = await fillChosen(resources, step, step.identity.chosen);
      await client.query("UPDATE step_run SET params = $2 WHERE id = $1", [step.id, JSON.stringify(step.params)]);
    }
    const plan = await planStep(resources, step);
    if (plan.needsTrainer && !(await isTrainerReady(resources))) {
      await client.query("UPDATE step_run SET waits_for = 'trainer' WHERE id = $1 AND waits_for IS NULL", [step.id]);
      return false;
    }
    const { ranges } = plan;
    const ids = ranges.map(() => createId("chunk"));
    await client.query(
      `INSERT INTO chunk (id, step_run_id, index, row_start, row_end, state, enqueued_at)
       SELECT id, $1, index, row_start, row_end, 'queued', now()
       FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS c(id, index, row_start, row_end)`,
      [step.id, ids, ranges.map((range) => range.index), ranges.map((range) => range.rowStart), ranges.map((range) => range.rowEnd)],
    );
    await client.query("UPDATE step_run SET state = 'running', waits_for = NULL, started_at = now(), rows_total = $2 WHERE id = $1", [step.id, ranges.at(-1)?.rowEnd ?? 0]);
    step.state = "running";
    chunks.push(...ids);
  } catch (error) {
    if (isTransientDatabaseError(error)) throw error;
    logger.error("step_start_failed", { step: step.step_id, detail: toAppError(error).message });
    await endStep(client, step, "failed", toAppError(error).toRecord());
  }
  return true;
}

/** How a step is cut into chunks, and whether the trainer has to be there for it. */
async function planStep(resources: SharedResources, step: StepRow): Promise<{ ranges: ChunkRange[]; needsTrainer: boolean }> {
  const runner = await loadRunner(step.step_id);
  const inputs = await openInputs(resources, step.identity);
  if (runner.kind !== "rows") return { ranges: [{ index: 0, rowStart: 0, rowEnd: countRows(step.step_id, inputs) }], needsTrainer: runner.kind === "trainer" || runner.needsTrainer === true };
  const params = findDefinitionOrThrow(step.step_id).params.parse(step.params);
  const model = findModel(inputs)?.ref ?? runner.model(params);
  const needsTrainer = model?.connection === LOCAL_CONNECTION;
  const table = findRowTable(step.step_id, inputs);
  if (table) return { ranges: planChunks(table.rows), needsTrainer };
  const count = runner.generateCount?.(params) ?? 0;
  return { ranges: planChunks(step.identity.rowLimit === null ? count : Math.min(count, step.identity.rowLimit)), needsTrainer };
}

async function endRunIfDone(client: PoolClient, runId: string, steps: StepRow[]): Promise<void> {
  if (!steps.every((step) => ENDED.has(step.state))) return;
  // A trial that fails is one trial fewer: where none is left, the step that gathers them fails.
  const has = (state: string) => steps.some((step) => step.state === state && (step.trial === null || state === "cancelled"));
  const state = has("failed") || has("blocked") ? "failed" : has("cancelled") ? "cancelled" : "done";
  await client.query("UPDATE run SET state = CASE WHEN state = 'cancelling' THEN 'cancelled' ELSE $2 END, ended_at = now() WHERE id = $1", [runId, state]);
}

/** Puts chunks on the queue. One that does not get there is found by the reconciler. */
export async function enqueueChunks(queues: Queues, resources: SharedResources, chunkIds: string[], salt = "0"): Promise<void> {
  const failed: string[] = [];
  for (const chunkId of chunkIds) {
    try {
      await queues.enqueue("chunks", `${chunkId}-${salt}`, { chunkId });
    } catch (error) {
      logger.warn("enqueue_failed", { chunkId, detail: toAppError(error).message });
      failed.push(chunkId);
    }
  }
  if (failed.length > 0) await resources.database.pool.query("UPDATE chunk SET enqueued_at = NULL WHERE id = ANY($1) AND state = 'queued'", [failed]);
}
