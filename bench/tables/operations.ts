/**
 * Steps on a large table against the same work as one COPY of plain DuckDB, in turn, in one run:
 * `--rows 1000000 --rounds 3`. Prints seconds, their ratio, and the process's memory.
 */
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type {
  InputTable,
  SqlValue,
  TableRunner,
} from "@/lib/steps/_sdk/step-runner";
import { run as filterRows } from "@/lib/steps/tables/filter-rows/runner";
import { run as mapColumn } from "@/lib/steps/tables/map-column/runner";
import { run as shuffle } from "@/lib/steps/tables/shuffle/runner";
import { run as sort } from "@/lib/steps/tables/sort/runner";
import { openDuckDb } from "@/lib/tables/duckdb";
import { createTableView } from "@/lib/tables/table-view";
import { writePart } from "@/lib/tables/write-part";
import { readOption } from "../support/figures";
import { makeTable } from "./make-table";

const rows = readOption("rows", 1_000_000);
const rounds = readOption("rounds", 3);
const dataFolder = join(tmpdir(), "reverie-bench");
const scratch = join(dataFolder, "scratch");
await mkdir(scratch, { recursive: true });
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
    temp_directory: join(dataFolder, "plain"),
  })
).connect();
const files = `read_parquet([${manifest.parts.map(({ file }) => `'${join(dataFolder, file)}'`).join(", ")}])`;
const table: InputTable = {
  view: await createTableView(session, { name: "t", dataFolder, manifest }),
  columns: manifest.columns,
  rows,
};

async function runStep(
  runner: unknown,
  params: Record<string, unknown>,
): Promise<void> {
  let outputs = 0;
  const write = async (
    query: string,
    values?: readonly SqlValue[],
  ): Promise<number> => {
    const written = await writePart(session, {
      query,
      values: values ?? [],
      path: join(scratch, `out-${outputs++}.parquet`),
    });
    return written.rows;
  };
  await (runner as TableRunner<Record<string, unknown>>).run({
    params,
    sql: session,
    signal: new AbortController().signal,
    scratch,
    rowLimit: null,
    input: () => table,
    inputs: () => [table],
    model: () => Promise.reject(new Error("no models here")),
    filePath: () => Promise.reject(new Error("no files here")),
    emit: (_, query, values) => write(query, values),
    emitReport: (_, query, values) => write(query, values),
    reject: async (query, values) => {
      await write(query, values);
    },
    fail: async (query, values) => {
      await write(query, values);
    },
    keepFile: () => Promise.resolve(),
    hub: () => Promise.reject(new Error("no Hub here")),
    provenance: () => Promise.reject(new Error("no run here")),
  });
}

const contests = [
  {
    name: "map",
    step: () =>
      runStep(mapColumn, {
        column: "up",
        expression: "upper(text) || label",
        type: "as-computed",
      }),
    sql: `SELECT *, upper(text) || label AS up FROM ${files}`,
  },
  {
    name: "filter",
    step: () =>
      runStep(filterRows, { condition: "score < 0.5 AND contains(text, 'a')" }),
    sql: `SELECT * FROM ${files} WHERE score < 0.5 AND contains(text, 'a')`,
  },
  {
    name: "sort",
    step: () =>
      runStep(sort, { keys: [{ column: "score", descending: false }] }),
    sql: `SELECT * FROM ${files} ORDER BY score`,
  },
  {
    name: "shuffle",
    step: () => runStep(shuffle, { seed: 1 }),
    sql: `SELECT * FROM ${files} ORDER BY hash(id)`,
  },
];

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const median = (times: number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

console.log(
  `${rows} rows, ${rounds} rounds; memory at the start ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
);
for (const { name, step, sql } of contests) {
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await time(step));
    raw.push(
      await time(() =>
        plain.run(
          `COPY (${sql}) TO '${join(scratch, "raw.parquet")}' (FORMAT parquet, COMPRESSION zstd)`,
        ),
      ),
    );
  }
  const peak = Math.round(process.resourceUsage().maxRSS / 1000);
  console.log(
    `${name}: ${median(ours).toFixed(2)} s; raw DuckDB ${median(raw).toFixed(2)} s; ratio ${(median(ours) / median(raw)).toFixed(2)}; peak memory so far ${peak} MB`,
  );
}
session.close();
await db.close();
await rm(scratch, { recursive: true });
