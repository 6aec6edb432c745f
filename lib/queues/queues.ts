import { Queue, Worker, createPostgresBackend, runMigrations, type Job } from "bullmq";
import { Pool } from "pg";
import { logger } from "@/lib/core/logger";
import { surviveLostClients } from "@/lib/server/lost-clients";
import { queueCatalogue, type QueueName, type QueuePayload } from "./queue-catalogue";

export interface QueueBackend {
  databaseUrl: string;
  /** Redis where given, else the PostgreSQL backend. */
  redisUrl: string | undefined;
}

export interface Queues {
  /** Adds a job; the same id while an earlier one waits or runs adds nothing. */
  enqueue<Name extends QueueName>(name: Name, jobId: string, payload: QueuePayload<Name>): Promise<void>;
  close(): Promise<void>;
}

/** Makes BullMQ's own tables. Idempotent; used where there is no Redis. */
export async function migrateQueues(backend: QueueBackend): Promise<void> {
  if (backend.redisUrl) return;
  const pool = new Pool({ connectionString: backend.databaseUrl, max: 1 });
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
    await pool.end();
  }
}

function redisConnection(url: string, forWorker: boolean) {
  // A worker waits for Redis as long as it takes; a producer fails fast and the reconciler adds the job later.
  return forWorker ? { url, maxRetriesPerRequest: null } : { url, maxRetriesPerRequest: 1, enableOfflineQueue: false };
}

function openQueue(name: QueueName, backend: QueueBackend): Queue {
  const defaultJobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };
  const queue = backend.redisUrl
    ? new Queue(name, { connection: redisConnection(backend.redisUrl, false), defaultJobOptions })
    : new Queue(name, { connection: { connectionString: backend.databaseUrl, max: 2, ...surviveLostClients }, defaultJobOptions }, createPostgresBackend as never);
  queue.on("error", (error) => {
    logger.warn("queue_error", { queue: name, detail: error.message });
  });
  return queue;
}

export function openQueues(backend: QueueBackend): Queues {
  const queues = new Map<QueueName, Queue>();
  return {
    async enqueue(name, jobId, payload) {
      let queue = queues.get(name);
      if (!queue) queues.set(name, (queue = openQueue(name, backend)));
      await queue.add(name, queueCatalogue[name].payload.parse(payload), { jobId });
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

export interface QueueWorker {
  close(): Promise<void>;
}

/** Takes jobs of one queue. The handler is idempotent and observes truth in Postgres; what it throws is logged there. */
export function startQueueWorker<Name extends QueueName>(
  name: Name,
  backend: QueueBackend,
  concurrency: number,
  handle: (payload: QueuePayload<Name>) => Promise<void>,
): QueueWorker {
  const process = async (job: Job): Promise<void> => {
    await handle(queueCatalogue[name].payload.parse(job.data) as QueuePayload<Name>);
  };
  const options = {
    concurrency,
    lockDuration: queueCatalogue[name].lockDuration,
    maxStalledCount: 1000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
  const worker = backend.redisUrl
    ? new Worker(name, process, { ...options, connection: redisConnection(backend.redisUrl, true) })
    : new Worker(name, process, { ...options, connection: { connectionString: backend.databaseUrl, max: 4, ...surviveLostClients } }, createPostgresBackend as never);
  worker.on("error", (error) => {
    logger.warn("queue_worker_error", { queue: name, detail: error.message });
  });
  worker.on("failed", (_job, error) => {
    logger.error("job_failed", { queue: name, detail: error.message });
  });
  return { close: () => worker.close() };
}
