/**
 * Pages of a large table against plain DuckDB on the same files, in turn, in one run: `--rows 10000000 --rounds 15`.
 * Prints milliseconds (p50, p95) and the ratio of the medians.
 */
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openDuckDb } from "@/lib/tables/duckdb";
import { queryPage, type PageQuery } from "@/lib/tables/query-page";
import { readOption } from "../support/figures";
import { makeTable } from "./make-table";

const rows = readOption("rows", 10_000_000);
const rounds = readOption("rounds", 15);
const dataFolder = join(tmpdir(), "reverie-bench");
await mkdir(dataFolder, { recursive: true });
const db = await openDuckDb({ dataFolder, memoryLimitMb: 3000, threads: 2 });
const session = await db.openSession({
  readable: [dataFolder],
  writable: dataFolder,
});
const manifest = await makeTable(session, dataFolder, rows);
const plain = await (
  await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "3000MB",
  })
).connect();
const files = `read_parquet([${manifest.parts.map(({ file }) => `'${join(dataFolder, file)}'`).join(", ")}])`;

interface Contest {
  name: string;
  query: (round: number) => Partial<PageQuery>;
  sql: (round: number) => string;
}

const place = (round: number): number =>
  Math.floor((((round * 7919) % 1000) / 1000) * (rows - 100));
const needle = (round: number): string => `${round}f${round % 10}a`;
const contests: Contest[] = [
  {
    name: "first page",
    query: () => ({}),
    sql: () => `SELECT * FROM ${files} LIMIT 100`,
  },
  {
    name: "random page",
    query: (round) => ({ offset: place(round) }),
    sql: (round) => `SELECT * FROM ${files} LIMIT 100 OFFSET ${place(round)}`,
  },
  {
    name: "sorted page",
    query: () => ({ sort: [{ column: "score", descending: true }] }),
    sql: () => `SELECT * FROM ${files} ORDER BY score DESC LIMIT 100`,
  },
  {
    name: "filtered page and total",
    query: (round) => ({
      filter: { column: "text", op: "contains", value: needle(round) },
    }),
    sql: (round) =>
      `SELECT *, count(*) OVER () FROM ${files} WHERE contains(text, '${needle(round)}') LIMIT 100`,
  },
  {
    name: "filtered page after the first",
    query: (round) => ({
      filter: { column: "label", op: "eq", value: "label 7" },
      // Of one filter, so that the first, uncounted round has found the total.
      offset: round * 100,
    }),
    sql: (round) =>
      `SELECT * FROM ${files} WHERE label = 'label 7' LIMIT 100 OFFSET ${round * 100}`,
  },
];

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function at(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ??
    NaN
  );
}

console.log(
  `${rows} rows in ${manifest.parts.length} parts, ${Math.round(manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)} MB, ${rounds} rounds`,
);
for (const { name, query, sql } of contests) {
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const own = await time(() =>
      queryPage(session, {
        dataFolder,
        manifest,
        offset: 0,
        limit: 100,
        timeLimit: 60_000,
        ...query(round),
      }),
    );
    const other = await time(async () =>
      (await plain.runAndReadAll(sql(round))).getRowObjectsJson(),
    );
    // The first round fills the caches of both.
    if (round > 0) {
      ours.push(own);
      raw.push(other);
    }
  }
  const [p50, p95, raw50, raw95] = [
    at(ours, 0.5),
    at(ours, 0.95),
    at(raw, 0.5),
    at(raw, 0.95),
  ];
  console.log(
    `${name}: ${p50.toFixed(0)} / ${p95.toFixed(0)} ms; raw DuckDB ${raw50.toFixed(0)} / ${raw95.toFixed(0)} ms; ratio ${(p50 / raw50).toFixed(2)}`,
  );
}
session.close();
await db.close();
