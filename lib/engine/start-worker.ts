import { hostname } from "node:os";
import { toAppError } from "@/lib/core/app-error";
import { logger } from "@/lib/core/logger";
import { startQueueWorker, type QueueBackend } from "@/lib/queues/queues";
import { keepBatches } from "./batches/batch-keeper";
import { createLeaseKeeper } from "./chunk-lease";
import { executeChunks } from "./execute-chunk";
import { reconcile, repeat } from "./reconcile";
import type { WorkerResources } from "./resources";
import { keepTunings } from "./tunings/keep-tunings";

const BEAT_MS = 2000;
const RECONCILE_MS = 2000;

export interface RunningWorker {
  /** Stops taking work, gives back what it holds, and ends. */
  close(): Promise<void>;
}

/** Places of a worker that one run alone cannot take, so that another one begins at once. */
const PLACES_FOR_OTHERS = 2;

/** Starts taking chunks, `chunksAtOnce` of one run, which bounds the memory a worker uses: a chunk holds at most 5,000 rows. */
export async function startWorker(resources: WorkerResources, backend: QueueBackend, chunksAtOnce: number): Promise<RunningWorker> {
  const beat = async (): Promise<void> => {
    await resources.database.pool.query(
      `INSERT INTO worker_process (id, kind, pid, host, heartbeat_at) VALUES ($1, 'worker', $2, $3, now())
       ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`,
      [resources.workerId, process.pid, hostname()],
    );
  };
  await beat();
  await forgetDeadNeighbours(resources);
  const beating = setInterval(() => void beat().catch((error: unknown) => {
    logger.warn("heartbeat_failed", { detail: toAppError(error).message });
  }), BEAT_MS);
  const leases = createLeaseKeeper(resources, chunksAtOnce);
  const leaving = new AbortController();
  const worker = startQueueWorker("chunks", backend, chunksAtOnce + PLACES_FOR_OTHERS, () => executeChunks(resources, leases, leaving.signal));
  const stopReconciler = repeat("reconcile", () => reconcile(resources), RECONCILE_MS);
  const stopBatches = repeat("batches", (signal) => keepBatches(resources, signal), Math.min(RECONCILE_MS, resources.batchPollSeconds * 1000));
  const stopTunings = repeat("tunings", (signal) => keepTunings(resources, signal), Math.min(RECONCILE_MS, resources.batchPollSeconds * 1000));
  logger.info("worker_started", { worker: resources.workerId });
  return {
    async close() {
      clearInterval(beating);
      leaving.abort();
      await Promise.all([stopReconciler(), stopBatches(), stopTunings()]);
      await leases.close();
      await worker.close();
      resources.models.close();
      await resources.database.pool.query("DELETE FROM worker_process WHERE id = $1", [resources.workerId]);
    },
  };
}

/** Workers of this machine whose process is gone need not be waited for: their leases end now. */
async function forgetDeadNeighbours(resources: WorkerResources): Promise<void> {
  const { rows } = await resources.database.pool.query<{ id: string; pid: number }>("SELECT id, pid FROM worker_process WHERE kind = 'worker' AND host = $1 AND id <> $2", [
    hostname(),
    resources.workerId,
  ]);
  const dead = rows.filter((row) => !isAlive(row.pid)).map((row) => row.id);
  if (dead.length === 0) return;
  await resources.database.pool.query("UPDATE chunk SET lease_until = now() - interval '1 second' WHERE worker_id = ANY($1) AND state = 'running' AND lease_until IS NOT NULL", [dead]);
  await resources.database.pool.query("DELETE FROM worker_process WHERE id = ANY($1)", [dead]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
