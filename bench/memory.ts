/**
 * Memory of a worker while large tables pass through map, filter and a prompt: `--rows 1000000 --small 100000 --prompts 60000 --duckdb 1024`.
 * The same workflow for the small and the large table, each in a worker of its own; a table's memory is flat where the peaks
 * differ by less than a tenth of DuckDB's own limit and the small peak. Then pages of the large table are read here.
 */
import type { ChildProcess } from "node:child_process";
import { readRows } from "@/lib/results/read-results";
import { makeLine, openBenchEngine, storeRows } from "./support/bench-engine";
import { readOption } from "./support/figures";
import { readMemory, spawnScript, stopProcess, waitForLine } from "./support/processes";

const SAMPLE_MS = 100;
const DUCKDB_MB = readOption("duckdb", 1024);
const large = readOption("rows", 1_000_000);
const small = readOption("small", 100_000);
const prompts = readOption("prompts", 60_000);
const engine = await openBenchEngine({ DUCKDB_MEMORY_MB: DUCKDB_MB });
const stub = spawnScript("bench/calls/chat-stub.ts", { core: 0, args: ["5"] });
const [, port] = await waitForLine(stub, /stub on (\d+)/);
await engine.resources.database.prisma.connection.create({
  data: { id: "stub", name: "Stub", provider: "openai-compatible", baseUrl: `http://127.0.0.1:${String(port)}/v1`, concurrency: 256 },
});

function* makeRows(count: number, salt: string): Generator<Record<string, unknown>> {
  for (let row = 0; row < count; row += 1) yield { id: row, score: (row * 7919) % 1009, text: `${salt} ${String(row)} ${"some words of text ".repeat(6)}` };
}

/** The most a worker held while it did a piece of work, and what it held after. */
async function watch(work: (worker: ChildProcess) => Promise<string>): Promise<{ start: number; most: number; end: number; runId: string }> {
  const worker = await engine.startWorker({ core: null });
  const read = (): number => readMemory(worker.pid ?? 0).now;
  const start = read();
  let most = start;
  const timer = setInterval(() => (most = Math.max(most, read())), SAMPLE_MS);
  const runId = await work(worker);
  clearInterval(timer);
  const end = read();
  await stopProcess(worker);
  return { start, most, end, runId };
}

async function passTables(rows: number): Promise<{ most: number; runId: string }> {
  const document = makeLine({
    load: { step: "load-file", params: await storeRows(engine.resources, makeRows(rows, "table")) },
    map: { step: "map-column", params: { column: "upper", expression: "upper(text)", type: "text" } },
    filter: { step: "filter-rows", params: { condition: "score < 500" } },
  });
  const { start, most, end, runId } = await watch(async () => (await engine.run(document)).runId);
  console.log(`load, map, filter of ${String(rows)} rows: worker at start ${start.toFixed(0)} MB, most ${most.toFixed(0)} MB, after ${end.toFixed(0)} MB`);
  return { most, runId };
}

async function passPrompts(rows: number): Promise<number> {
  const document = makeLine({
    load: { step: "load-file", params: await storeRows(engine.resources, makeRows(rows, `asked of ${String(rows)}`)) },
    ask: { step: "prompt", params: { model: { connection: "stub", model: "m" }, prompt: "{text}" } },
  });
  const { start, most, end } = await watch(async () => (await engine.run(document)).runId);
  console.log(`prompts on ${String(rows)} rows: worker at start ${start.toFixed(0)} MB, most ${most.toFixed(0)} MB, after ${end.toFixed(0)} MB`);
  return most;
}

async function readPages(runId: string): Promise<void> {
  const signal = new AbortController().signal;
  const before = readMemory(process.pid).now;
  let most = before;
  for (let page = 0; page < 200; page += 1) {
    const filter = page % 4 === 0 ? { column: "text", op: "contains", value: String(page) } : undefined;
    const sort = page % 5 === 0 ? [{ column: "score", descending: true }] : undefined;
    await readRows(engine.resources, `run~${runId}~map~output`, { offset: (page * 4999) % (large - 100), limit: 100, count: "later", filter, sort }, signal);
    most = Math.max(most, readMemory(process.pid).now);
  }
  console.log(`200 pages of ${String(large)} rows, some filtered, some sorted: reader before ${before.toFixed(0)} MB, most ${most.toFixed(0)} MB`);
}

try {
  const little = await passTables(small);
  const much = await passTables(large);
  console.log(`tables: most at ${String(large)} / most at ${String(small)} = ${(much.most / little.most).toFixed(2)}; bar ${String(DUCKDB_MB)} MB above 1.1 times the small: ${much.most <= 1.1 * little.most + DUCKDB_MB ? "met" : "missed"}`);
  await readPages(much.runId);
  if (prompts > 0) {
    const few = await passPrompts(Math.round(prompts / 3));
    const many = await passPrompts(prompts);
    console.log(`prompts: most at ${String(prompts)} / most at a third = ${(many / few).toFixed(2)}, bar 1.10`);
  }
} finally {
  await engine.close();
  await stopProcess(stub);
}
process.exit(0);
