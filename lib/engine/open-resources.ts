import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { mkdir } from "node:fs/promises";
import { createId } from "@/lib/core/ids";
import { createModelClient } from "@/lib/llm/model-client";
import { openQueues, type QueueBackend } from "@/lib/queues/queues";
import { openDatabase } from "@/lib/server/database";
import type { Env } from "@/lib/server/env";
import { createSecretBox, loadSecretKey } from "@/lib/server/secret-box";
import { openDuckDb } from "@/lib/tables/duckdb";
import type { SharedResources, WorkerResources } from "./resources";

export function queueBackend(env: Env): QueueBackend {
  return { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL };
}

/** The one place where the parts are put together. `projectFolder` is where the built-in model lies. */
export async function openResources(env: Env, projectFolder: string): Promise<SharedResources & { close(): Promise<void> }> {
  const dataFolder = resolve(env.REVERIE_DATA);
  await mkdir(dataFolder, { recursive: true });
  const database = openDatabase(env.DATABASE_URL, { maxConnections: 20 });
  const queues = openQueues(queueBackend(env));
  const duckdb = await openDuckDb({ dataFolder, memoryLimitMb: env.DUCKDB_MEMORY_MB, threads: env.DUCKDB_THREADS ?? availableParallelism() });
  return {
    database,
    queues,
    duckdb,
    secrets: createSecretBox(await loadSecretKey(dataFolder, env.REVERIE_SECRET_KEY)),
    dataFolder,
    trainer: env.TRAINER_URL && env.TRAINER_TOKEN ? { url: env.TRAINER_URL.replace(/\/+$/, ""), token: env.TRAINER_TOKEN } : null,
    builtinModelFolder: join(projectFolder, "trainer", "builtin", "model"),
    leaseSeconds: env.LEASE_SECONDS,
    batchPollSeconds: env.BATCH_POLL_SECONDS,
    privateHosts: (env.WEB_PRIVATE_HOSTS ?? "").split(",").map((host) => host.trim().toLowerCase()).filter((host) => host !== ""),
    async close() {
      await queues.close();
      await duckdb.close();
      await database.close();
    },
  };
}

export function addWorkerResources(shared: SharedResources): WorkerResources {
  const workerId = createId("worker");
  return { ...shared, workerId, models: createModelClient({ pool: shared.database.pool, workerId, staleSeconds: shared.leaseSeconds }) };
}
