/**
 * What the engine costs beside the calls it makes: `--rows 10000 --concurrency 256 --rounds 3`.
 * A stub of a provider in a process of its own answers after a fixed time. In turn, in one run: Reverie's whole engine
 * (PostgreSQL, queue, a worker process, tables written), its model client alone, and bare undici. Every answer is compared.
 * Figures of one run may be compared with each other, not with those of another.
 */
import type { ChildProcess } from "node:child_process";
import type { TableManifest } from "@/lib/tables/table-manifest";
import { createTableView } from "@/lib/tables/table-view";
import { findStepResults } from "@/lib/engine/step-result";
import type { WorkflowDocument } from "@/lib/workflow/document";
import { expectedAnswer, makePrompt } from "./calls/prompts";
import { makeLine, openBenchEngine, storeRows } from "./support/bench-engine";
import { readOption, spread } from "./support/figures";
import { readCpuSeconds, readFamilyCpuSeconds, spawnScript, stopProcess, waitForLine } from "./support/processes";
import { ROW } from "@/lib/steps/_sdk/own-columns";

const rows = readOption("rows", 10_000);
const concurrency = readOption("concurrency", 256);
const rounds = readOption("rounds", 3);
const latencies = readOption("latency", 0) > 0 ? [readOption("latency", 0)] : [200, 20];
const STUB_CORE = 0;
const CONTENDER_CORE = 1;

const stub = spawnScript("bench/calls/chat-stub.ts", { core: STUB_CORE, args: ["0"] });
const [, port] = await waitForLine(stub, /stub on (\d+)/);
const baseUrl = `http://127.0.0.1:${String(port)}/v1`;
const stubGet = async (path: string): Promise<number> => Number(await (await fetch(`http://127.0.0.1:${String(port)}${path}`)).text());
const engine = await openBenchEngine();
await engine.resources.database.prisma.connection.create({ data: { id: "stub", name: "Stub", provider: "openai-compatible", baseUrl, concurrency } });
const worker = await engine.startWorker({ core: CONTENDER_CORE, nodeFlags: process.env.BENCH_NODE_FLAGS?.split(" ") ?? [] });

interface Score {
  seconds: number;
  cpuMs: number;
  /** CPU of PostgreSQL. */
  databaseMs: number;
}

type Prompts = { salt: string; row: number }[];
const promptsOf = (salt: string, count = rows): Prompts => Array.from({ length: count }, (_, row) => ({ salt, row }));

async function makeAsk(prompts: Prompts, instruction = "{text}"): Promise<WorkflowDocument> {
  const table = prompts.map(({ salt, row }, id) => ({ id, text: makePrompt(salt, row) }));
  return makeLine({
    load: { step: "load-file", params: await storeRows(engine.resources, table) },
    ask: { step: "prompt", params: { model: { connection: "stub", model: "m" }, prompt: instruction } },
  });
}

async function readTable(runId: string): Promise<TableManifest> {
  const step = await engine.resources.database.prisma.stepRun.findUniqueOrThrow({ where: { runId_nodeId: { runId, nodeId: "ask" } } });
  const manifest = (await findStepResults(engine.resources, [step.fingerprint])).get(step.fingerprint)?.outputs.tables.output;
  if (!manifest) throw new Error("the step made no table");
  return manifest;
}

/** Throws unless each row is there once, in order, with its own answer. */
async function verify(runId: string, prompts: Prompts): Promise<void> {
  const manifest = await readTable(runId);
  const { dataFolder } = engine.resources;
  const session = await engine.resources.duckdb.openSession({ readable: [dataFolder] });
  const view = await createTableView(session, { name: "made", dataFolder, manifest });
  const made = await session.query(`SELECT id, generations FROM ${view} ORDER BY ${ROW}`);
  session.close();
  const wrong = prompts.filter(({ salt, row }, place) => made[place]?.generations !== expectedAnswer(salt, row) || Number(made[place].id) !== place);
  if (made.length !== prompts.length || wrong.length > 0) throw new Error(`${String(made.length)} rows, ${String(wrong.length)} of them wrong`);
}

/** The file is loaded before, so that the time is that of the prompts. */
async function runEngine(salt: string): Promise<Score> {
  const document = await makeAsk(promptsOf(salt));
  await engine.run({ ...document, nodes: document.nodes.slice(0, 1), edges: [] });
  const pid = worker.pid ?? 0;
  const [cpu, database] = [readCpuSeconds(pid), readFamilyCpuSeconds(engine.postgresPid)];
  const { runId, seconds } = await engine.run(document);
  const score = { seconds, cpuMs: (readCpuSeconds(pid) - cpu) * 1000, databaseMs: (readFamilyCpuSeconds(engine.postgresPid) - database) * 1000 };
  await verify(runId, promptsOf(salt));
  return score;
}

async function runContender(kind: "client" | "undici", salt: string): Promise<Score> {
  const database = readFamilyCpuSeconds(engine.postgresPid);
  const child: ChildProcess = spawnScript("bench/calls/contender.ts", {
    core: CONTENDER_CORE,
    args: [kind, baseUrl, String(rows), String(concurrency), salt],
    env: { DATABASE_URL: engine.env.DATABASE_URL },
  });
  const [, json = ""] = await waitForLine(child, /result (.*)\n/);
  await stopProcess(child);
  const result = JSON.parse(json) as { seconds: number; cpuMs: number; wrong: number };
  if (result.wrong > 0) throw new Error(`${kind}: ${String(result.wrong)} wrong answers`);
  return { ...result, databaseMs: (readFamilyCpuSeconds(engine.postgresPid) - database) * 1000 };
}

const contenders = {
  engine: runEngine,
  client: (salt: string) => runContender("client", salt),
  undici: (salt: string) => runContender("undici", salt),
};

async function compare(latency: number): Promise<void> {
  await stubGet(`/latency/${String(latency)}`);
  const ideal = (rows * latency) / 1000 / concurrency;
  const scores = Object.fromEntries(Object.keys(contenders).map((name) => [name, [] as Score[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const before = await stubGet("/count");
      scores[name]?.push(await run(`${name} ${String(latency)} ms, round ${String(round)}, ${String(Date.now())}`));
      const made = (await stubGet("/count")) - before;
      if (made !== rows) throw new Error(`${name} made ${String(made)} calls for ${String(rows)} rows`);
    }
  }
  console.log(`\n${String(rows)} calls of ${String(latency)} ms, ${String(concurrency)} at once, ideal ${ideal.toFixed(2)} s`);
  for (const [name, list] of Object.entries(scores)) {
    const show = (pick: (score: Score) => number, digits = 2): string => spread(list.map(pick), digits);
    console.log(
      `${name}: wall/ideal ${show((score) => score.seconds / ideal)}; ${show((score) => rows / score.seconds, 0)} calls/s; CPU ms a call ${show((score) => score.cpuMs / rows)}, of PostgreSQL ${show((score) => score.databaseMs / rows)}`,
    );
  }
}

async function countCalls(name: string, document: WorkflowDocument, prompts: Prompts, expected: number): Promise<void> {
  const before = await stubGet("/count");
  const [cpu, database] = [readCpuSeconds(worker.pid ?? 0), readFamilyCpuSeconds(engine.postgresPid)];
  const { runId, seconds } = await engine.run(document);
  const used = `${(readCpuSeconds(worker.pid ?? 0) - cpu).toFixed(2)} s of CPU, PostgreSQL ${(readFamilyCpuSeconds(engine.postgresPid) - database).toFixed(2)} s`;
  const calls = (await stubGet("/count")) - before;
  await verify(runId, prompts);
  const step = await engine.stepSeconds(runId, "ask");
  console.log(`${name}: ${String(calls)} calls (${String(expected)} expected), run ${seconds.toFixed(2)} s, step ${step.toFixed(2)} s, ${used}`);
}

async function repeatAndEdit(): Promise<void> {
  console.log("");
  await stubGet("/latency/5");
  const prompts = promptsOf(`edits ${String(Date.now())}`);
  const document = await makeAsk(prompts);
  await countCalls("first run", document, prompts, rows);
  for (let again = 0; again < rounds; again += 1) await countCalls("again, nothing changed", document, prompts, 0);
  for (let again = 0; again < rounds; again += 1) {
    await engine.resources.database.pool.query("DELETE FROM step_result WHERE step_id = 'prompt'");
    await countCalls("again, every call from the cache and the table written anew", document, prompts, 0);
  }
  const edited = prompts.map((prompt) => (prompt.row === Math.floor(rows / 2) ? { ...prompt, salt: `${prompt.salt}, edited` } : prompt));
  await countCalls("one row edited", await makeAsk(edited), edited, 1);
  const appended = [...prompts, ...promptsOf(`${prompts[0]?.salt ?? ""}, appended`, 100)];
  await countCalls("100 rows appended", await makeAsk(appended), appended, 100);
  await countCalls("the prompt edited", await makeAsk(prompts, "{text} Think."), prompts, rows);
}

try {
  if (readOption("edits", 1) > 0) await repeatAndEdit();
  if (readOption("compare", 1) > 0) for (const latency of latencies) await compare(latency);
} finally {
  await engine.close();
  await stopProcess(stub);
}
process.exit(0);
