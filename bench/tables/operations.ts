/**
 * Steps on a large table against the same work as one COPY of plain DuckDB, in turn, in one run:
 * `--rows 1000000 --rounds 3`. Prints seconds, their ratio, and the process's memory.
 */
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { InputTable } from "@/lib/steps/_sdk/step-runner";
import { run as filterRows } from "@/lib/steps/tables/filter-rows/runner";
import { run as mapColumn } from "@/lib/steps/tables/map-column/runner";
import { run as shuffle } from "@/lib/steps/tables/shuffle/runner";
import { run as sort } from "@/lib/steps/tables/sort/runner";
import { openDuckDb } from "@/lib/tables/duckdb";
import { createTableView } from "@/lib/tables/table-view";
import { readOption } from "../support/figures";
import { median, timeSeconds } from "./time-seconds";
import { makeTable } from "./make-table";
import { runStep, type BenchRun } from "./run-step";

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

const place: BenchRun = { session, scratch, tables: { input: [table] } };
const contests = [
  {
    name: "map",
    step: () =>
      runStep(place, mapColumn, {
        column: "up",
        expression: "upper(text) || label",
        type: "as-computed",
      }),
    sql: `SELECT *, upper(text) || label AS up FROM ${files}`,
  },
  {
    name: "filter",
    step: () =>
      runStep(place, filterRows, { condition: "score < 0.5 AND contains(text, 'a')" }),
    sql: `SELECT * FROM ${files} WHERE score < 0.5 AND contains(text, 'a')`,
  },
  {
    name: "sort",
    step: () =>
      runStep(place, sort, { keys: [{ column: "score", descending: false }] }),
    sql: `SELECT * FROM ${files} ORDER BY score`,
  },
  {
    name: "shuffle",
    step: () => runStep(place, shuffle, { seed: 1 }),
    sql: `SELECT * FROM ${files} ORDER BY hash(id)`,
  },
];

console.log(
  `${rows} rows, ${rounds} rounds; memory at the start ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
);
for (const { name, step, sql } of contests) {
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await timeSeconds(step));
    raw.push(
      await timeSeconds(() =>
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
