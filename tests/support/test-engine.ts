import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { inject } from "vitest";
import { createId } from "@/lib/core/ids";
import { retryWhileAway } from "@/lib/core/transient-error";
import { addWorkerResources, openResources, queueBackend } from "@/lib/engine/open-resources";
import type { SharedResources } from "@/lib/engine/resources";
import { startRun, type RunRequest } from "@/lib/engine/start-run";
import { startWorker, type RunningWorker } from "@/lib/engine/start-worker";
import { findStepResults, type StepResult } from "@/lib/engine/step-result";
import { migrateQueues } from "@/lib/queues/queues";
import { createDatabaseIfMissing } from "@/lib/server/embedded-postgres";
import type { Env } from "@/lib/server/env";
import { applyMigrations } from "@/lib/server/schema-engine";
import { createTableView } from "@/lib/tables/table-view";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { ROW } from "@/lib/steps/_sdk/own-columns";

export const projectFolder = join(import.meta.dirname, "..", "..");

export interface TestEngine {
  env: Env;
  resources: SharedResources;
  startWorker(): Promise<RunningWorker>;
  /** Starts a run of all steps, or of what `request` says. Gives its id. */
  start(document: WorkflowDocument, request?: Partial<RunRequest>): Promise<string>;
  /** Starts a run and waits until it is done. Gives its id. */
  run(document: WorkflowDocument, request?: Partial<RunRequest> & { seconds?: number }): Promise<string>;
  /** Waits until the run has ended; gives its state. */
  waitForRun(runId: string, seconds?: number): Promise<string>;
  /** Waits until the run has ended, and throws with what each step says unless it is done. */
  waitUntilDone(runId: string, seconds?: number): Promise<void>;
  readResult(runId: string, nodeId: string): Promise<StepResult>;
  readRows(runId: string, nodeId: string, port?: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A database and a data folder of its own, migrated, with the engine's resources on them. */
export async function openTestEngine(options: { queue?: "postgres" | "redis"; env?: Partial<Env> } = {}): Promise<TestEngine> {
  const serverUrl = inject("postgresUrl");
  const name = createId("test");
  await createDatabaseIfMissing(serverUrl, name);
  const databaseUrl = serverUrl.replace(/\/reverie$/, `/${name}`);
  const dataFolder = await mkdtemp(join(tmpdir(), "reverie-data-"));
  const redisUrl = options.queue === "redis" ? (inject("redisUrl") ?? undefined) : undefined;
  const env: Env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    REVERIE_DATA: dataFolder,
    HOST: "127.0.0.1",
    PORT: 0,
    TRAINER_URL: undefined,
    TRAINER_TOKEN: undefined,
    REVERIE_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    DUCKDB_MEMORY_MB: 1024,
    DUCKDB_THREADS: 2,
    WORKER_CHUNKS: 8,
    LEASE_SECONDS: 4,
    BATCH_POLL_SECONDS: 1,
    ...options.env,
  };
  await applyMigrations(databaseUrl, projectFolder);
  await migrateQueues(queueBackend(env));
  const resources = await openResources(env, projectFolder);
  const workers: RunningWorker[] = [];
  const start: TestEngine["start"] = (document, request = {}) => startRun(resources, { workflowId: null, document, target: { kind: "all" }, rowLimit: null, ...request });
  return {
    env,
    resources,
    async startWorker() {
      const worker = await startWorker(addWorkerResources(resources), queueBackend(env), env.WORKER_CHUNKS);
      workers.push(worker);
      return worker;
    },
    start,
    async run(document, { seconds = 150, ...request } = {}) {
      const runId = await start(document, request);
      await waitUntilDone(resources, runId, seconds);
      return runId;
    },
    waitForRun: (runId, seconds = 150) => waitForRun(resources, runId, seconds),
    waitUntilDone: (runId, seconds = 150) => waitUntilDone(resources, runId, seconds),
    readResult: (runId, nodeId) => readResult(resources, runId, nodeId),
    async readRows(runId, nodeId, port = "output") {
      const { outputs } = await readResult(resources, runId, nodeId);
      const manifest = outputs.tables[port];
      if (!manifest) throw new Error(`no table ${port}`);
      const session = await resources.duckdb.openSession({ readable: [dataFolder] });
      try {
        const view = await createTableView(session, { name: "t", dataFolder, manifest });
        return await session.query(`SELECT * EXCLUDE (${ROW}) FROM ${view} ORDER BY ${ROW}`);
      } finally {
        session.close();
      }
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await resources.close();
      await rm(dataFolder, { recursive: true, force: true });
      const client = new Client({ connectionString: serverUrl });
      await client.connect();
      await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await client.end();
    },
  };
}

async function waitForRun(resources: SharedResources, runId: string, seconds: number): Promise<string> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { rows } = await retryWhileAway(() => resources.database.pool.query<{ state: string }>("SELECT state FROM run WHERE id = $1", [runId]));
    const state = rows[0]?.state ?? "missing";
    if (state !== "running" && state !== "cancelling") return state;
    if (Date.now() > deadline) {
      const { rows: steps } = await resources.database.pool.query(
        "SELECT s.node_id, s.state, array_agg(c.state || ':' || c.attempt) AS chunks FROM step_run s LEFT JOIN chunk c ON c.step_run_id = s.id WHERE run_id = $1 GROUP BY s.id",
        [runId],
      );
      throw new Error(`the run did not end within ${String(seconds)} s: ${JSON.stringify(steps)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function waitUntilDone(resources: SharedResources, runId: string, seconds: number): Promise<void> {
  const state = await waitForRun(resources, runId, seconds);
  if (state === "done") return;
  const { rows } = await retryWhileAway(() =>
    resources.database.pool.query(
      `SELECT s.node_id, s.state, s.error, array_agg(c.state || ':' || c.attempt || coalesce(' ' || (c.error->>'message'), '')) AS chunks
       FROM step_run s LEFT JOIN chunk c ON c.step_run_id = s.id WHERE run_id = $1 GROUP BY s.id ORDER BY s.index`,
      [runId],
    ),
  );
  throw new Error(`the run ended as ${state}: ${JSON.stringify(rows, null, 1)}`);
}

async function readResult(resources: SharedResources, runId: string, nodeId: string): Promise<StepResult> {
  const step = await resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId } } });
  const result = (await findStepResults(resources, [step.fingerprint])).get(step.fingerprint);
  if (!result) throw new Error(`step ${nodeId} has no result: ${step.state} ${JSON.stringify(step.error)}`);
  return result;
}
