import { AppError, toAppError } from "@/lib/core/app-error";
import { logger } from "@/lib/core/logger";
import { advanceRun, enqueueChunks } from "./advance-run";
import { failStep, finishStepIfDone } from "./finish-step";
import { inTransaction } from "./in-transaction";
import type { WorkerResources } from "./resources";
import { settleTrainings } from "./trainings";

/** A chunk that was delivered this often without ending has killed its workers. */
const MAX_DELIVERIES = 3;
/** A queued chunk is put on the queue again after this long: the queue may have lost it. */
const REQUEUE_SECONDS = 30;

/**
 * Makes the queue and the states agree with what Postgres says: chunks of silent workers are given out again, lost jobs
 * are made again, ended trainings are settled, runs that can go on do. Safe to run in every worker.
 */
export async function reconcile(resources: WorkerResources): Promise<void> {
  await takeBackLostChunks(resources);
  await failDeadlyChunks(resources);
  await requeueChunks(resources);
  await settleTrainings(resources);
  const { rows } = await resources.database.pool.query<{ id: string; step_run_ids: string[] | null }>(
    `SELECT r.id, array_remove(array_agg(s.id) FILTER (WHERE s.state = 'running'), NULL) AS step_run_ids
     FROM run r JOIN step_run s ON s.run_id = r.id WHERE r.state IN ('running', 'cancelling') GROUP BY r.id`,
  );
  for (const run of rows) {
    // A worker killed between committing the last chunk and finishing the step leaves that to us.
    for (const stepRunId of run.step_run_ids ?? []) await finishStepIfDone(resources, stepRunId);
    await advanceRun(resources, run.id);
  }
}

async function takeBackLostChunks(resources: WorkerResources): Promise<void> {
  await resources.database.pool.query(
    `UPDATE chunk SET state = 'queued', lease_token = NULL, lease_until = NULL, enqueued_at = NULL
     WHERE state = 'running' AND lease_until < now() AND attempt < $1`,
    [MAX_DELIVERIES],
  );
}

async function failDeadlyChunks(resources: WorkerResources): Promise<void> {
  const { rows } = await resources.database.pool.query<{ id: string; step_run_id: string; row_start: string; row_end: string }>(
    "SELECT id, step_run_id, row_start, row_end FROM chunk WHERE state = 'running' AND lease_until < now() AND attempt >= $1",
    [MAX_DELIVERIES],
  );
  for (const chunk of rows) {
    const error = new AppError("worker_died", { rowStart: Number(chunk.row_start), rowEnd: Number(chunk.row_end) }).toRecord();
    await inTransaction(resources, async (client) => {
      const { rowCount } = await client.query("UPDATE chunk SET state = 'failed', error = $2, lease_token = NULL WHERE id = $1 AND state = 'running' AND lease_until < now()", [chunk.id, error]);
      if (rowCount) await failStep(client, chunk.step_run_id, error);
    });
  }
}

async function requeueChunks(resources: WorkerResources): Promise<void> {
  const { rows } = await resources.database.pool.query<{ id: string }>(
    `UPDATE chunk SET enqueued_at = now() WHERE state = 'queued' AND waits_for IS NULL AND (enqueued_at IS NULL OR enqueued_at < now() - $1 * interval '1 second')
       AND NOT EXISTS (SELECT 1 FROM step_run s JOIN run r ON r.id = s.run_id WHERE s.id = chunk.step_run_id AND r.state = 'paused') RETURNING id`,
    [REQUEUE_SECONDS],
  );
  // A job id of its own each time: an earlier job of the chunk may still be held for a worker that is gone.
  await enqueueChunks(resources.queues, resources, rows.map((row) => row.id), String(Date.now()));
}

/** Does `work` at once and then every `everyMs`, never twice at a time. Returns a function that aborts it and waits for its end. */
export function repeat(name: string, work: (signal: AbortSignal) => Promise<void>, everyMs: number): () => Promise<void> {
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const tick = (): void => {
    if (busy) return;
    busy = true;
    running = work(stop.signal)
      .catch((error: unknown) => {
        logger.warn(`${name}_failed`, { detail: toAppError(error).message });
      })
      .finally(() => {
        busy = false;
      });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  return async () => {
    clearInterval(timer);
    stop.abort();
    await running;
  };
}
