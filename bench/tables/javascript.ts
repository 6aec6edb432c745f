/**
 * The JavaScript step on simple rows against a plain loop of Node: the same rows out of Parquet as lines of JSON, the same
 * function, lines of JSON again, Parquet again. In turn, in one run: `--rows 1000000 --rounds 3`.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run as javascript } from "@/lib/steps/tables/javascript/runner";
import { openDuckDb } from "@/lib/tables/duckdb";
import { createTableView } from "@/lib/tables/table-view";
import { writePart } from "@/lib/tables/write-part";
import { readOption } from "../support/figures";
import { makeTable } from "./make-table";
import { runStep } from "./run-step";
import { median, timeSeconds } from "./time-seconds";
import { ROW } from "@/lib/steps/_sdk/own-columns";

const rows = readOption("rows", 1_000_000);
const rounds = readOption("rounds", 3);
const dataFolder = join(tmpdir(), "reverie-bench");
const scratch = join(dataFolder, "scratch");
await mkdir(scratch, { recursive: true });
const db = await openDuckDb({ dataFolder, memoryLimitMb: 2048, threads: 2 });
const session = await db.openSession({ readable: [dataFolder], writable: dataFolder });
const manifest = await makeTable(session, dataFolder, rows);
const view = await createTableView(session, { name: "t", dataFolder, manifest });

interface Row {
  id: number;
  label: string;
  text: string;
}
const transform = (row: Row): object => ({ words: row.text.split(" ").length, up: row.label.toUpperCase(), even: row.id % 2 === 0 });

async function loopInNode(): Promise<void> {
  const [input, output] = [join(scratch, "plain-in.jsonl"), join(scratch, "plain-out.jsonl")];
  await session.run(`COPY (SELECT * EXCLUDE (${ROW}) FROM ${view}) TO '${input}' (FORMAT json)`);
  const sink = createWriteStream(output);
  for await (const line of createInterface({ input: createReadStream(input), crlfDelay: Infinity })) {
    const row = JSON.parse(line) as Row;
    if (!sink.write(`${JSON.stringify({ ...row, ...transform(row) })}\n`)) await once(sink, "drain");
  }
  sink.end();
  await once(sink, "close");
  const columns = "{id: 'BIGINT', score: 'DOUBLE', label: 'VARCHAR', text: 'VARCHAR', words: 'BIGINT', up: 'VARCHAR', even: 'BOOLEAN'}";
  await writePart(session, { query: `SELECT * FROM read_json('${output}', format = 'newline_delimited', columns = ${columns})`, path: join(scratch, "plain.parquet") });
}

const step = (): Promise<void> =>
  runStep({ session, scratch, tables: { input: [{ view, columns: manifest.columns, rows }] } }, javascript, {
    code: `(row) => ({ words: row.text.split(" ").length, up: row.label.toUpperCase(), even: row.id % 2 === 0 })`,
    columns: [{ name: "words", type: "integer" }, { name: "up", type: "text" }, { name: "even", type: "boolean" }],
    keepColumns: true,
    seed: 0,
    milliseconds: 1000,
    memoryMb: 64,
  });

const ours: number[] = [];
const node: number[] = [];
for (let round = 0; round < rounds; round++) {
  ours.push(await timeSeconds(step));
  node.push(await timeSeconds(loopInNode));
}
const alone: number[] = [];
const all = Array.from({ length: rows }, (_, id) => ({ id, label: `label ${id % 77}`, text: `a text number ${id}` }));
for (let round = 0; round < rounds; round++) {
  alone.push(await timeSeconds(() => Promise.resolve(all.map(transform))));
}
console.log(
  `${rows} rows, ${rounds} rounds: ${median(ours).toFixed(2)} s; a loop in Node ${median(node).toFixed(2)} s; ratio ${(median(ours) / median(node)).toFixed(2)}; the function alone, nothing read or written, ${median(alone).toFixed(2)} s; peak memory ${Math.round(process.resourceUsage().maxRSS / 1000)} MB`,
);
session.close();
await db.close();
await rm(scratch, { recursive: true });
