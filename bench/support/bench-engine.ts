import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { openResources, queueBackend } from "@/lib/engine/open-resources";
import { storeFile } from "@/lib/engine/file-store";
import type { SharedResources } from "@/lib/engine/resources";
import { startRun } from "@/lib/engine/start-run";
import { migrateQueues } from "@/lib/queues/queues";
import { startEmbeddedPostgres } from "@/lib/server/embedded-postgres";
import type { Env } from "@/lib/server/env";
import { applyMigrations } from "@/lib/server/schema-engine";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { createEmptyDocument, createNode, type WorkflowDocument } from "@/lib/workflow/document";
import { workerFlags } from "@/workers/command";
import { projectFolder, spawnScript, stopProcess, waitForLine } from "./processes";

export interface BenchEngine {
  env: Env;
  resources: SharedResources;
  /** Process of the PostgreSQL server. */
  postgresPid: number;
  /** A real worker in a process of its own. */
  startWorker(options: { core: number | null; nodeFlags?: string[] }): Promise<ChildProcess>;
  /** Runs a document to its end. Throws where it does not end well. */
  run(document: WorkflowDocument): Promise<{ runId: string; seconds: number }>;
  /** Seconds from a step's start to its end, as the engine recorded them. */
  stepSeconds(runId: string, nodeId: string): Promise<number>;
  close(): Promise<void>;
}

/** What `npm start` sets up, durable writes included, in a folder of its own. */
export async function openBenchEngine(changed: Partial<Env> = {}): Promise<BenchEngine> {
  const dataFolder = await mkdtemp(join(tmpdir(), "reverie-bench-"));
  const postgres = await startEmbeddedPostgres(dataFolder, { durable: true });
  const env: Env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: undefined,
    REVERIE_DATA: dataFolder,
    HOST: "127.0.0.1",
    PORT: 0,
    TRAINER_URL: undefined,
    TRAINER_TOKEN: undefined,
    REVERIE_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    DUCKDB_MEMORY_MB: 2048,
    DUCKDB_THREADS: 2,
    WORKER_CHUNKS: 8,
    LEASE_SECONDS: 15,
    BATCH_POLL_SECONDS: 30,
    ...changed,
  };
  await applyMigrations(postgres.url, projectFolder);
  await migrateQueues(queueBackend(env));
  const resources = await openResources(env, projectFolder);
  const workers: ChildProcess[] = [];
  return {
    env,
    resources,
    postgresPid: Number(readFileSync(join(dataFolder, "postgres", "postmaster.pid"), "utf8").split("\n")[0]),
    async startWorker(options) {
      const variables = Object.fromEntries(Object.entries({ ...env } as Record<string, string | number | undefined>).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
      const worker = spawnScript("workers/main.ts", { ...options, nodeFlags: [...workerFlags, ...(options.nodeFlags ?? [])], env: variables });
      workers.push(worker);
      await waitForLine(worker, /worker_started/);
      return worker;
    },
    run: (document) => runToEnd(resources, document),
    async stepSeconds(runId, nodeId) {
      const step = await resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId } } });
      return ((step.endedAt?.getTime() ?? NaN) - (step.startedAt?.getTime() ?? NaN)) / 1000;
    },
    async close() {
      await Promise.all(workers.map(stopProcess));
      await resources.close();
      await postgres.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function runToEnd(resources: SharedResources, document: WorkflowDocument): Promise<{ runId: string; seconds: number }> {
  const start = performance.now();
  const runId = await startRun(resources, { workflowId: null, document, target: { kind: "all" }, rowLimit: null });
  for (;;) {
    const { rows } = await resources.database.pool.query<{ state: string }>("SELECT state FROM run WHERE id = $1", [runId]);
    const state = rows[0]?.state;
    if (state === "done") return { runId, seconds: (performance.now() - start) / 1000 };
    if (state !== "running") {
      const steps = await resources.database.prisma.stepRun.findMany({ where: { runId }, select: { nodeId: true, state: true, error: true } });
      throw new Error(`the run ended as ${String(state)}: ${JSON.stringify(steps)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A workflow in a line: each step's output is the next one's input. Names its steps by what they are. */
export function makeLine(steps: Record<string, { step: keyof typeof stepDefinitions; params: Record<string, unknown> }>): WorkflowDocument {
  const names = Object.keys(steps);
  return {
    ...createEmptyDocument("Benchmark"),
    nodes: Object.entries(steps).map(([id, { step, params }], index) =>
      createNode({ id, step, title: id, params: { ...stepDefinitions[step].defaults, ...params }, position: { x: index * 200, y: 0 } }),
    ),
    edges: names.slice(1).map((to, index) => ({ id: `e${String(index)}`, from: { node: names[index] ?? "", port: "output" }, to: { node: to, port: "input" } })),
  };
}

/** Rows as an uploaded JSON Lines file; gives the parameters of “load file”. */
export async function storeRows(resources: SharedResources, rows: Iterable<Record<string, unknown>>): Promise<Record<string, unknown>> {
  function* lines(): Generator<string> {
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
  }
  const { sha256, name } = await storeFile(resources, "rows.jsonl", Readable.from(lines()));
  return { file: { sha256, name }, format: "jsonl" };
}
