/**
 * Pages of a large table over HTTP, from the web server itself, against plain DuckDB on the same files, in turn, in one run:
 * `--rows 10000000 --rounds 15`. Prints milliseconds (p50, p95) and the ratio of the medians. Every page is compared.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { createAccount, createApiToken } from "@/lib/accounts/accounts";
import { findFreePort } from "@/lib/server/embedded-postgres";
import { buildWeb, next } from "@/scripts/prepare.mjs";
import { openBenchEngine } from "../support/bench-engine";
import { readOption } from "../support/figures";
import { projectFolder, stopProcess, waitForLine } from "../support/processes";
import { makeTable } from "./make-table";

const rows = readOption("rows", 10_000_000);
const rounds = readOption("rounds", 15);
const FINGERPRINT = "b".repeat(64);

const engine = await openBenchEngine();
const { resources } = engine;
const session = await resources.duckdb.openSession({ readable: [resources.dataFolder], writable: resources.dataFolder });
const manifest = await makeTable(session, resources.dataFolder, rows);
session.close();
await resources.database.prisma.stepResult.create({
  data: {
    fingerprint: FINGERPRINT,
    stepId: "load-file",
    folder: `bench-${String(rows)}`,
    outputs: { tables: { output: JSON.parse(JSON.stringify(manifest)) as object }, models: {}, issues: { parts: [], rejected: 0, failed: 0 }, files: [] },
    totals: { rowsIn: 0, rowsOut: rows, rejected: 0, failed: 0, calls: 0, callsCached: 0, promptTokens: 0, completionTokens: 0, costMicros: 0, seconds: 0 },
    inputs: {},
  },
});
const person = await createAccount(resources, { email: "bench@example.com", name: "Bench", password: "a long enough password" }, true);
const { secret } = await createApiToken(resources, person.id, "bench");

buildWeb(console.log);
const port = await findFreePort();
const web = spawn(process.execPath, [next, "start", "-H", "127.0.0.1", "-p", String(port)], {
  cwd: projectFolder,
  env: { ...process.env, ...(JSON.parse(JSON.stringify({ ...engine.env, PORT: port, NODE_ENV: "production" })) as Record<string, string>) },
  stdio: ["ignore", "pipe", "pipe"],
});
await waitForLine(web, /Ready in/);

const plain = await (await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "3000MB" })).connect();
const files = `read_parquet([${manifest.parts.map(({ file }) => `'${join(resources.dataFolder, file)}'`).join(", ")}])`;

interface Contest {
  name: string;
  query: (round: number) => Record<string, string | number>;
  sql: (round: number) => string;
}

const place = (round: number): number => Math.floor((((round * 7919) % 1000) / 1000) * (rows - 100));
const isLabel = (round: number): string => JSON.stringify({ column: "label", op: "eq", value: `label ${String(round % 77)}` });
const holds = (round: number): string => JSON.stringify({ column: "text", op: "contains", value: `${String(round)}f${String(round % 10)}a` });
const contests: Contest[] = [
  { name: "first page", query: () => ({}), sql: () => `SELECT * FROM ${files} LIMIT 100` },
  { name: "random page", query: (round) => ({ offset: place(round) }), sql: (round) => `SELECT * FROM ${files} LIMIT 100 OFFSET ${String(place(round))}` },
  { name: "sorted page", query: () => ({ sort: JSON.stringify([{ column: "score", descending: true }]) }), sql: () => `SELECT * FROM ${files} ORDER BY score DESC, id LIMIT 100` },
  { name: "filtered page, as the grid asks for it", query: (round) => ({ filter: isLabel(round), count: "later" }), sql: (round) => `SELECT * FROM ${files} WHERE label = 'label ${String(round % 77)}' LIMIT 100` },
  { name: "its total", query: (round) => ({ filter: isLabel(round), limit: 1 }), sql: (round) => `SELECT * FROM ${files} WHERE label = 'label ${String(round % 77)}' LIMIT (SELECT 1 + 0 * count(*) FROM ${files} WHERE label = 'label ${String(round % 77)}')` },
  { name: "its page 20, total known", query: (round) => ({ filter: isLabel(round), offset: 2000 }), sql: (round) => `SELECT * FROM ${files} WHERE label = 'label ${String(round % 77)}' LIMIT 100 OFFSET 2000` },
  { name: "rare text, every row scanned", query: (round) => ({ filter: holds(round), count: "later" }), sql: (round) => `SELECT * FROM ${files} WHERE contains(text, '${String(round)}f${String(round % 10)}a') LIMIT 100` },
];

async function timed<Result>(work: () => Promise<Result>): Promise<{ ms: number; result: Result }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

async function readPage(query: Record<string, string | number>): Promise<number[]> {
  const search = new URLSearchParams(Object.entries({ limit: 100, ...query }).map(([key, value]) => [key, String(value)]));
  const response = await fetch(`http://127.0.0.1:${String(port)}/api/v1/tables/fp~${FINGERPRINT}~output/rows?${search.toString()}`, { headers: { authorization: `Bearer ${secret}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return (JSON.parse(text) as { rows: { values: { id: number } }[] }).rows.map((row) => row.values.id);
}

function at(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

try {
  console.log(`${String(rows)} rows in ${String(manifest.parts.length)} parts, ${String(Math.round(manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6))} MB, ${String(rounds)} rounds, over HTTP`);
  for (const { name, query, sql } of contests) {
    const ours: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const own = await timed(() => readPage(query(round)));
      const other = await timed(async () => (await plain.runAndReadAll(sql(round))).getRowObjectsJson());
      const expected = other.result.map((row) => Number(row.id));
      if (JSON.stringify(own.result) !== JSON.stringify(expected)) throw new Error(`${name}: other rows than plain DuckDB's`);
      // The first round fills the caches of both.
      if (round > 0) {
        ours.push(own.ms);
        raw.push(other.ms);
      }
    }
    console.log(`${name}: ${at(ours, 0.5).toFixed(0)} / ${at(ours, 0.95).toFixed(0)} ms; raw DuckDB ${at(raw, 0.5).toFixed(0)} / ${at(raw, 0.95).toFixed(0)} ms; ratio ${(at(ours, 0.5) / at(raw, 0.5)).toFixed(2)}`);
  }
} finally {
  await stopProcess(web);
  await engine.close();
}
process.exit(0);
