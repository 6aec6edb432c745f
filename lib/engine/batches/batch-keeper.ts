import { AppError, toAppError } from "@/lib/core/app-error";
import { logger } from "@/lib/core/logger";
import { retryWhileAway } from "@/lib/core/transient-error";
import { batchesOf, type RemoteBatch } from "@/lib/llm/batches/batch-protocol";
import type { ModelTarget } from "@/lib/llm/endpoint";
import { isFatalForStep } from "@/lib/llm/model-client";
import type { CallLimits } from "@/lib/llm/send-to";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { enqueueChunks } from "../advance-run";
import { findTargets, toEndpoint } from "../connection-endpoint";
import { failStep } from "../finish-step";
import { inTransaction } from "../in-transaction";
import { pauseIfSpent } from "../pause-run";
import { readParams } from "../read-params";
import type { WorkerResources } from "../resources";
import { findDefinitionOrThrow, loadRunner } from "../step-catalogue";
import type { BatchRow } from "./batch-rows";
import { claimBatch, findReadySteps, sendBatch, type ReadyStep } from "./send-batch";
import { settleBatch } from "./settle-batch";

/** Of one exchange with the provider; of a file, of each wait within it. */
const TIMEOUT_MS = 120_000;
/** A batch that cannot be looked at for so long is given up: it has had its day twice. */
const LOST_HOURS = 48;
/** Batches looked at in one go. */
const MOST_AT_ONCE = 100;
/** Words of a refusal for want of room, which other batches give back as they end. */
const NO_ROOM = /token_limit|limit[ _]reached|too many|rate_limit|quota/i;

const BATCH = `b.id, b.run_id, b.step_run_id, b.connection_id, b.model, b.state, b.remote_id, b.is_sure, b.is_cancelled, b.refused, b.total, b.created_at, b.error,
  EXISTS (SELECT 1 FROM step_run s WHERE s.id = b.step_run_id AND s.state = 'running') AS is_wanted`;

/** One that is due, or whose step has ended; not one that another living worker looks after. */
const TAKE = `
  UPDATE provider_batch b SET held_by = $1 WHERE b.id = (
    SELECT d.id FROM provider_batch d WHERE d.state IN ('sending', 'open')
      AND (d.look_at <= now() OR (NOT d.is_cancelled AND d.error IS NULL AND NOT EXISTS (SELECT 1 FROM step_run s WHERE s.id = d.step_run_id AND s.state = 'running')))
      AND (d.held_by IS NULL OR d.held_by = $1 OR NOT EXISTS (SELECT 1 FROM worker_process w WHERE w.id = d.held_by AND w.heartbeat_at > now() - $2 * interval '1 second'))
    ORDER BY d.look_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING ${BATCH}`;

/**
 * Sends what is ready, looks at what is open and takes in what has ended; cancels what nobody waits for any more. One worker
 * looks after a batch at a time. All truth is in Postgres, so it may stop anywhere.
 */
export async function keepBatches(resources: WorkerResources, signal: AbortSignal): Promise<void> {
  const { pool } = resources.database;
  for (const step of await findReadySteps(resources)) await sendReady(resources, step, signal);
  for (let looked = 0; looked < MOST_AT_ONCE && !signal.aborted; looked += 1) {
    const { rows } = await pool.query<BatchRow>(TAKE, [resources.workerId, resources.leaseSeconds]);
    if (!rows[0]) break;
    await lookAfter(resources, rows[0], { signal, maybeSent: true });
  }
  await wakeChunks(resources);
  await pool.query("DELETE FROM batch_call c USING step_run s WHERE s.id = c.step_run_id AND s.state <> 'running' AND c.state <> 'sent'");
}

/** Chunks none of whose calls is open any more can go on. */
async function wakeChunks(resources: WorkerResources): Promise<void> {
  const { rows } = await resources.database.pool.query<{ id: string }>(
    `UPDATE chunk SET waits_for = NULL, enqueued_at = now() WHERE state = 'queued' AND waits_for = 'batch'
       AND NOT EXISTS (SELECT 1 FROM batch_call c WHERE c.chunk_id = chunk.id AND c.state IN ('new', 'sent')) RETURNING id`,
  );
  await enqueueChunks(resources.queues, resources, rows.map(({ id }) => id), String(Date.now()));
}

async function openTarget(resources: WorkerResources, ref: ModelRef): Promise<ModelTarget> {
  const [first] = ref.connection === LOCAL_CONNECTION ? [] : await findTargets(resources, ref);
  if (!first) throw new AppError("connection_missing");
  return { endpoint: toEndpoint(resources, first.row), model: first.model };
}

async function sendReady(resources: WorkerResources, step: ReadyStep, signal: AbortSignal): Promise<void> {
  try {
    const target = await openTarget(resources, await readModel(resources, step.id));
    for (let id = await claimBatch(resources, step, target); id !== null && !signal.aborted; id = await claimBatch(resources, step, target)) {
      const { rows } = await resources.database.pool.query<BatchRow>(`SELECT ${BATCH} FROM provider_batch b WHERE id = $1`, [id]);
      if (rows[0]) await lookAfter(resources, rows[0], { signal, maybeSent: false });
    }
  } catch (error) {
    const failure = toAppError(error);
    if (!isFatalForStep(failure)) throw failure;
    await endStep(resources, step.id, failure);
  }
}

/** The model that a step asks, from its parameters. A batch goes to no model that is handed on: those are served here. */
async function readModel({ database: { pool } }: WorkerResources, stepRunId: string): Promise<ModelRef> {
  const { rows } = await pool.query<{ step_id: string }>("SELECT step_id FROM step_run WHERE id = $1", [stepRunId]);
  const stepId = rows[0]?.step_id ?? "";
  const runner = await loadRunner(stepId);
  const model = runner.kind === "rows" ? runner.model(findDefinitionOrThrow(stepId).params.parse(await readParams(pool, stepRunId))) : null;
  if (!model) throw new AppError("connection_missing");
  return model;
}

async function lookAfter(resources: WorkerResources, batch: BatchRow, { signal, maybeSent }: { signal: AbortSignal; maybeSent: boolean }): Promise<void> {
  const limits = { timeoutMs: TIMEOUT_MS, signal };
  try {
    const target = await openTarget(resources, { connection: batch.connection_id, model: batch.model });
    if (batch.state === "sending") await send(resources, batch, { target, limits, maybeSent });
    else await look(resources, batch, target, limits);
  } catch (error) {
    const failure = toAppError(error);
    if (failure.code === "cancelled") return;
    logger.warn("batch_failed", { batch: batch.id, code: failure.code, detail: failure.message });
    await postpone(resources, batch, failure);
    // Refused for good, or for want of a right: no row of the step can go on.
    const isHopeless = isFatalForStep(failure) ? failure.code !== "model_unreachable" : batch.state === "sending" && failure.retry === "never" && failure.code !== "internal";
    if (isHopeless) {
      if (batch.state === "sending") await end(resources, batch, "done", failure);
      await endStep(resources, batch.step_run_id, failure);
    }
  }
}

async function send(resources: WorkerResources, batch: BatchRow, options: { target: ModelTarget; limits: CallLimits; maybeSent: boolean }): Promise<void> {
  const sent = await sendBatch(resources, batch, options);
  if (!sent) {
    await end(resources, batch, "done", null);
    return;
  }
  await resources.database.pool.query("UPDATE provider_batch SET state = 'open', remote_id = $2, is_sure = $3, error = NULL, held_by = NULL, look_at = now() + $4 * interval '1 second', expires_at = $5 WHERE id = $1", [
    batch.id,
    sent.batch.id,
    sent.isSure,
    resources.batchPollSeconds,
    sent.batch.expiresAt,
  ]);
}

async function look(resources: WorkerResources, batch: BatchRow, target: ModelTarget, limits: CallLimits): Promise<void> {
  const { pool } = resources.database;
  const protocol = batchesOf(target);
  const remote = await protocol.look(target, batch.remote_id ?? "", limits);
  if (remote.state === "refused") {
    await refuse(resources, batch, target, remote);
    return;
  }
  if (remote.state === "ended") {
    const fatal = await settleBatch(resources, batch, { target, remote, limits });
    if (fatal) await endStep(resources, batch.step_run_id, fatal);
    // What stays behind costs nothing, and the provider removes it by itself in a month.
    if (batch.is_sure) await protocol.forget(target, remote, limits).catch((error: unknown) => logger.warn("batch_not_deleted", { batch: batch.id, detail: toAppError(error).message }));
    await end(resources, batch, "done", fatal);
    await pauseIfSpent(resources, batch.run_id);
    return;
  }
  const cancels = !batch.is_wanted && !batch.is_cancelled && batch.is_sure;
  if (cancels) await protocol.cancel(target, remote.id, limits);
  await pool.query("UPDATE provider_batch SET done = $2, expires_at = $3, is_cancelled = is_cancelled OR $4, error = NULL, held_by = NULL, look_at = now() + $5 * interval '1 second' WHERE id = $1", [
    batch.id,
    remote.done,
    remote.expiresAt,
    cancels || !batch.is_wanted,
    resources.batchPollSeconds,
  ]);
}

/** The provider took none of it: for want of room it is sent again in smaller parts, later; else the step ends. */
async function refuse(resources: WorkerResources, batch: BatchRow, target: ModelTarget, { refusal }: RemoteBatch): Promise<void> {
  const { detail = "", codes = "" } = refusal ?? {};
  const error = new AppError("model_request_refused", { connection: target.endpoint.name, status: 400, detail, model: batch.model });
  await end(resources, batch, "refused", error);
  if (!NO_ROOM.test(`${codes} ${detail}`) || batch.total === 1) await endStep(resources, batch.step_run_id, error);
}

/** Calls that it did not answer are as if they had not been sent. */
async function end({ database: { pool } }: WorkerResources, batch: BatchRow, state: "done" | "refused", error: AppError | null): Promise<void> {
  await retryWhileAway(() => pool.query("UPDATE batch_call SET state = 'new', batch_id = NULL, attempts = attempts - 1 WHERE batch_id = $1 AND state = 'sent'", [batch.id]));
  await retryWhileAway(() => pool.query("UPDATE provider_batch SET state = $2, done = CASE WHEN $2 = 'done' THEN total ELSE done END, error = $3, held_by = NULL, ended_at = now() WHERE id = $1", [batch.id, state, error?.toRecord() ?? null]));
}

/** Looks again later. One that was not heard of long after its deadline is given up. */
async function postpone(resources: WorkerResources, batch: BatchRow, error: AppError): Promise<void> {
  if (Date.now() - batch.created_at.getTime() > LOST_HOURS * 3_600_000) await end(resources, batch, "done", error);
  else await resources.database.pool.query("UPDATE provider_batch SET error = $2, held_by = NULL, look_at = now() + $3 * interval '1 second' WHERE id = $1", [batch.id, error.toRecord(), resources.batchPollSeconds]);
}

async function endStep(resources: WorkerResources, stepRunId: string, error: AppError): Promise<void> {
  await inTransaction(resources, (client) => failStep(client, stepRunId, error.toRecord()));
}
