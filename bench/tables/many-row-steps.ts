/**
 * Steps over many rows at once against one COPY of plain DuckDB with the same memory, the same order of rows and the same
 * Parquet settings, in turn, in one run: `--rows 1000000 --rounds 5`. Prints seconds, their ratio, and the process's memory.
 */
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { InputTable } from "@/lib/steps/_sdk/step-runner";
import { run as deduplicate } from "@/lib/steps/tables/deduplicate/runner";
import { run as explode } from "@/lib/steps/tables/explode/runner";
import { run as group } from "@/lib/steps/tables/group/runner";
import { run as joinTables } from "@/lib/steps/tables/join/runner";
import { run as sql } from "@/lib/steps/tables/sql/runner";
import { openDuckDb } from "@/lib/tables/duckdb";
import { createTableView } from "@/lib/tables/table-view";
import { writePart } from "@/lib/tables/write-part";
import { readOption } from "../support/figures";
import { makeTable } from "./make-table";
import { runStep } from "./run-step";
import { median, timeSeconds } from "./time-seconds";

const MEMORY_MB = 2048;
const PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440";
const rows = readOption("rows", 1_000_000);
const rounds = readOption("rounds", 5);
const dataFolder = join(tmpdir(), "reverie-bench");
const scratch = join(dataFolder, "scratch");
await mkdir(scratch, { recursive: true });
const db = await openDuckDb({ dataFolder, memoryLimitMb: MEMORY_MB, threads: 2 });
const session = await db.openSession({ readable: [dataFolder], writable: dataFolder });
const manifest = await makeTable(session, dataFolder, rows);
const plain = await (
  await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: `${MEMORY_MB}MiB`, temp_directory: join(dataFolder, "plain") })
).connect();

/** Another table of the rows of the first, as the step sees it and as plain DuckDB does. */
async function openTable(name: string, query: string | null): Promise<{ table: InputTable; from: string }> {
  let own = manifest;
  if (query !== null) {
    const file = `${name}-${String(rows)}.parquet`;
    const part = await writePart(session, { query, path: join(dataFolder, file) });
    own = { columns: part.columns, rows: part.rows, parts: [{ file, rows: part.rows, bytes: part.bytes }] };
  }
  const files = own.parts.map(({ file }) => `'${join(dataFolder, file)}'`).join(", ");
  return {
    table: { view: await createTableView(session, { name, dataFolder, manifest: own }), columns: own.columns, rows: own.rows },
    from: `read_parquet([${files}])`,
  };
}

const first = await openTable("first", null);
const others = await openTable("others", `SELECT id, hash(id) % 1000 AS extra FROM ${first.table.view} WHERE id % 2 = 0`);
const lists = await openTable("lists", `SELECT id, label, string_split(text, ' ') AS words FROM ${first.table.view}`);

const contests = [
  {
    name: "join",
    step: () =>
      runStep({ session, scratch, tables: { left: [first.table], right: [others.table] } }, joinTables, {
        kind: "left",
        keys: [{ left: "id", right: "id" }],
        suffix: "_right",
      }),
    plain: `SELECT l.*, r.extra FROM ${first.from} l LEFT JOIN ${others.from} r ON l.id = r.id ORDER BY l.id`,
  },
  {
    name: "group",
    step: () =>
      runStep({ session, scratch, tables: { input: [first.table] } }, group, {
        keys: ["label"],
        aggregates: ["rows", "mean", "min", "max", "stddev"].map((compute) => ({ function: compute, column: "score", name: "" })),
        separator: "",
      }),
    plain: `SELECT label, count(*), avg(score), min(score), max(score), stddev_samp(score) FROM ${first.from} GROUP BY label ORDER BY min(id)`,
  },
  {
    name: "explode",
    step: () => runStep({ session, scratch, tables: { input: [lists.table] } }, explode, { column: "words", empty: "keep", indexColumn: "" }),
    plain: `SELECT id, label, unnest(CASE WHEN len(words) > 0 THEN words ELSE [NULL] END) AS words FROM ${lists.from}`,
  },
  {
    name: "deduplicate, all kept",
    step: () =>
      runStep({ session, scratch, tables: { input: [first.table] } }, deduplicate, {
        columns: ["text"], keep: "first", ignoreCase: false, trim: false, normalize: false,
      }),
    plain: `SELECT * FROM ${first.from} WHERE id IN (SELECT min(id) FROM ${first.from} GROUP BY text) ORDER BY id`,
  },
  {
    name: "deduplicate, by DISTINCT ON",
    step: () =>
      runStep({ session, scratch, tables: { input: [first.table] } }, deduplicate, {
        columns: ["text"], keep: "first", ignoreCase: false, trim: false, normalize: false,
      }),
    plain: `SELECT * FROM (SELECT DISTINCT ON (text) * FROM ${first.from} ORDER BY text, id) ORDER BY id`,
  },
  {
    name: "sql",
    step: () =>
      runStep({ session, scratch, tables: { inputs: [first.table, others.table] } }, sql, {
        query: "SELECT label, i.id, upper(text) AS up, extra FROM input1 i JOIN input2 USING (id) WHERE score < 0.7 ORDER BY score",
        seconds: 600,
      }),
    plain: `SELECT label, i.id, upper(text) AS up, extra FROM ${first.from} i JOIN ${others.from} USING (id) WHERE score < 0.7 ORDER BY score`,
  },
];

console.log(`${rows} rows, ${rounds} rounds, ${MEMORY_MB} MiB for DuckDB; memory at the start ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
for (const { name, step, plain: query } of contests) {
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await timeSeconds(step));
    raw.push(await timeSeconds(() => plain.run(`COPY (${query}) TO '${join(scratch, "raw.parquet")}' (${PARQUET})`)));
  }
  const peak = Math.round(process.resourceUsage().maxRSS / 1000);
  console.log(
    `${name}: ${median(ours).toFixed(2)} s; raw DuckDB ${median(raw).toFixed(2)} s; ratio ${(median(ours) / median(raw)).toFixed(2)}; peak memory so far ${peak} MB`,
  );
}
session.close();
await db.close();
await rm(scratch, { recursive: true });
