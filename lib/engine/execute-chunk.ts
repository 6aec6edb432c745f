import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AppError, toAppError } from "@/lib/core/app-error";
import { logger } from "@/lib/core/logger";
import { isTransientDatabaseError, retryWhileAway } from "@/lib/core/transient-error";
import { advanceRun } from "./advance-run";
import { arrangeRows } from "./arrange-rows";
import type { ChunkParts } from "./chunk-parts";
import type { LeasedChunk, LeaseKeeper } from "./chunk-lease";
import { failStep, finishStepIfDone } from "./finish-step";
import { inTransaction } from "./in-transaction";
import type { WorkerResources } from "./resources";
import { runRowChunk } from "./run-row-chunk";
import { runTableStep, type TableStepJob } from "./run-table-step";
import { findDefinitionOrThrow, loadRunner, type StepParams } from "./step-catalogue";
import { openInputs } from "./step-inputs";
import { startTraining } from "./trainings";
import { startTuning } from "./tunings/start-tuning";

/** Whole-table steps at once in a worker: each may use all of DuckDB's threads and memory. */
const TABLE_STEPS_AT_ONCE = 2;
let tableSteps = 0;
const tableStepQueue: (() => void)[] = [];

async function withTablePlace<Result>(work: () => Promise<Result>): Promise<Result> {
  if (tableSteps >= TABLE_STEPS_AT_ONCE) await new Promise<void>((resolve) => tableStepQueue.push(resolve));
  tableSteps += 1;
  try {
    return await work();
  } finally {
    tableSteps -= 1;
    tableStepQueue.shift()?.();
  }
}

/** How long a place that is kept for other runs waits before it looks for their chunks again. */
const LOOK_AGAIN_MS = 250;

/**
 * Takes chunks one after the other, as long as one waits that this worker may take. A job on the queue only says that there is
 * work; which chunk it is, Postgres decides.
 */
export async function executeChunks(resources: WorkerResources, leases: LeaseKeeper, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const chunk = await retryWhileAway(() => leases.take());
    if (chunk) await executeChunk(resources, leases, chunk);
    // The job of a chunk that waits stays here, so that other workers find jobs for what they may take.
    else if (await retryWhileAway(() => leases.holdsBack())) await setTimeout(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    else return;
  }
}

/** Does a chunk's work and commits it, if the lease still holds. */
async function executeChunk(resources: WorkerResources, leases: LeaseKeeper, chunk: LeasedChunk): Promise<void> {
  try {
    const parts = await doWork(resources, chunk);
    if (parts) await commitChunk(resources, chunk, parts);
  } catch (error) {
    await failChunk(resources, chunk, toAppError(error));
  } finally {
    leases.drop(chunk);
  }
  // While other chunks of the step are open, nothing behind it can start.
  if (await retryWhileAway(() => finishStepIfDone(resources, chunk.stepRunId))) await retryWhileAway(() => advanceRun(resources, chunk.runId));
}

/** Null where the trainer, or a job at a provider, goes on with it. */
async function doWork(resources: WorkerResources, chunk: LeasedChunk): Promise<ChunkParts | null> {
  const runner = await loadRunner(chunk.stepId);
  const definition = findDefinitionOrThrow(chunk.stepId);
  const params = definition.params.parse(chunk.params) as StepParams;
  const inputs = await openInputs(resources, chunk.identity);
  if (runner.kind === "trainer") {
    await startTraining(resources, runner, { chunk, params, inputs });
    return null;
  }
  const relativeFolder = `tables/${chunk.stepRunId}`;
  const folder = join(resources.dataFolder, relativeFolder);
  const scratch = join(resources.dataFolder, "tmp", `${chunk.id}-${String(chunk.attempt)}`);
  await mkdir(folder, { recursive: true });
  await mkdir(scratch, { recursive: true });
  const session = await resources.duckdb.openSession({ readable: [resources.dataFolder], writable: folder, signal: chunk.signal });
  const job: TableStepJob = { chunk, params, inputs, session, folder, relativeFolder, scratch };
  try {
    if (chunk.phase === "arrange") return await withTablePlace(() => arrangeRows(resources, runner, job));
    if (runner.kind === "rows") return await runRowChunk(resources, runner, job);
    const work = () => runTableStep(resources, runner, job);
    const { parts, tuning } = runner.needsTrainer ? await work() : await withTablePlace(work);
    if (!tuning) return parts;
    await startTuning(resources, chunk, parts, tuning);
    return null;
  } finally {
    session.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Compare-and-set: a worker whose lease is lost writes nothing, and its part files are never named. */
async function commitChunk(resources: WorkerResources, chunk: LeasedChunk, parts: ChunkParts): Promise<void> {
  const { progress } = chunk;
  const rowsOut = Object.values(parts.tables).reduce((sum, table) => sum + table.part.rows, 0);
  const commit = () => resources.database.pool.query(
    `UPDATE chunk SET state = 'done', lease_token = NULL, lease_until = NULL, parts = $3, rows_done = row_end - row_start, rows_out = $4, rejected = $5,
       failed = $6, calls = $7, calls_cached = $8, prompt_tokens = $9, completion_tokens = $10, cost_micros = $11
     WHERE id = $1 AND lease_token = $2 AND state = 'running'`,
    [chunk.id, chunk.token, parts, rowsOut, parts.rejected, parts.failed, progress.calls, progress.callsCached, progress.promptTokens, progress.completionTokens, progress.costMicros],
  );
  // Sent twice over a dropped connection it counts once: the second finds the chunk done, and gives it up as lost.
  const { rowCount } = await retryWhileAway(commit);
  if (rowCount === 0) throw new AppError("lease_lost");
}

/** The run was paused, the database went away under the chunk, or it waits for a batch: no fault of its rows, and not counted as a delivery. */
async function giveBack(resources: WorkerResources, chunk: LeasedChunk, waitsFor: "batch" | null): Promise<void> {
  logger.info("chunk_given_back", { chunk: chunk.id, step: chunk.stepId, waitsFor });
  await retryWhileAway(() =>
    resources.database.pool.query(
      "UPDATE chunk SET state = 'queued', lease_token = NULL, lease_until = NULL, enqueued_at = NULL, attempt = attempt - 1, calls = $3, cost_micros = $4, waits_for = $5 WHERE id = $1 AND lease_token = $2 AND state = 'running'",
      [chunk.id, chunk.token, chunk.progress.calls, chunk.progress.costMicros, waitsFor],
    ),
  );
}

async function failChunk(resources: WorkerResources, chunk: LeasedChunk, error: AppError): Promise<void> {
  if (chunk.signal.aborted || error.code === "lease_lost") {
    logger.info("chunk_given_up", { chunk: chunk.id, step: chunk.stepId });
    return;
  }
  if (error.code === "run_paused" || error.code === "batch_waiting" || isTransientDatabaseError(error)) {
    await giveBack(resources, chunk, error.code === "batch_waiting" ? "batch" : null);
    return;
  }
  logger.error("chunk_failed", { chunk: chunk.id, step: chunk.stepId, code: error.code, detail: error.code === "internal" ? (error.stack ?? null) : null });
  await inTransaction(resources, async (client) => {
    const { rowCount } = await client.query(
      "UPDATE chunk SET state = 'failed', error = $3, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2 AND state = 'running'",
      [chunk.id, chunk.token, error.toRecord()],
    );
    if (rowCount) await failStep(client, chunk.stepRunId, error.toRecord());
  });
}
