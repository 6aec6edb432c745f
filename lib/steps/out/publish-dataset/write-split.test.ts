import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDuckDb, type DuckDb } from "@/lib/tables/duckdb";
import type { TableSession } from "@/lib/tables/table-session";
import type { InputTable } from "../../_sdk/step-runner";
import { planColumns } from "./plan-columns";
import { writeSplit } from "./write-split";
import { ROW } from "@/lib/steps/_sdk/own-columns";

let folder: string;
let db: DuckDb;
let session: TableSession;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-split-"));
  db = await openDuckDb({ dataFolder: folder, memoryLimitMb: 256, threads: 1 });
  session = await db.openSession({ readable: [folder], writable: folder });
});
afterAll(async () => {
  session.close();
  await db.close();
  await rm(folder, { recursive: true });
});

async function makeTable(rows: number): Promise<InputTable> {
  await session.run(`CREATE OR REPLACE TEMP TABLE t AS SELECT i AS n, hash(i)::VARCHAR AS text, '{"a":1}'::JSON AS object, ['{"b":2}'::JSON] AS list, i::BIGINT AS ${ROW} FROM range(${String(rows)}) r(i)`);
  return { view: '"t"', rows, columns: [{ name: "n", type: "integer" }, { name: "text", type: "text" }, { name: "object", type: "object" }, { name: "list", type: "list" }] };
}

const plan = async (table: InputTable) => ({ table, plan: await planColumns(session, [table]) });

async function writeJson(type: "JSON" | "JSON[]", cells: string[], ...others: string[][]): Promise<{ type: string; rows: unknown[]; texts: string[] }> {
  const tables: InputTable[] = [];
  for (const [index, rows] of [cells, ...others].entries()) {
    const listed = rows.map((cell, row) => `('${cell.replaceAll("'", "''")}', ${String(row)})`).join(", ");
    await session.run(`CREATE OR REPLACE TEMP TABLE json${String(index)} AS SELECT cell::JSON::${type} AS cell, row::BIGINT AS ${ROW} FROM (VALUES ${listed}) v(cell, row)`);
    tables.push({ view: `json${String(index)}`, rows: rows.length, columns: [{ name: "cell", type: type === "JSON" ? "object" : "list" }] });
  }
  const columns = await planColumns(session, tables);
  const [shard] = await writeSplit({ sql: session, folder, name: "json", table: tables[0] as InputTable, plan: columns });
  const [schema] = await session.query("DESCRIBE SELECT cell FROM read_parquet(?)", [shard?.file ?? ""]);
  const rows = await session.query("SELECT to_json(cell)::VARCHAR AS cell FROM read_parquet(?)", [shard?.file ?? ""]);
  return { type: String(schema?.column_type), rows: rows.map(({ cell }) => JSON.parse(String(cell)) as unknown), texts: columns.texts };
}

describe("planColumns", () => {
  it("makes structs of JSON that has one structure, and nulls of members that are not there", async () => {
    expect(await writeJson("JSON[]", ['[{"role":"user","content":"a"}]', '[{"role":"user","content":"b"},{"content":"c","role":"assistant","name":null}]', "[]"])).toEqual({
      type: 'STRUCT("role" VARCHAR, "content" VARCHAR, "name" VARCHAR)[]',
      rows: [[{ role: "user", content: "a", name: null }], [{ role: "user", content: "b", name: null }, { role: "assistant", content: "c", name: null }], []],
      texts: [],
    });
    expect(await writeJson("JSON", ['{"it\'s":{"n":1}}', '{"it\'s":{"n":9007199254740993}}', '{"it\'s":null}'])).toMatchObject({ type: `STRUCT("it's" STRUCT(n UBIGINT))` });
  });

  it("leaves as text what differs, what a struct cannot hold and what would lose digits", async () => {
    for (const cells of [['{"a":1}', '{"a":"b"}'], ['{"a":1,"A":2}'], ['{"":1}'], ["{}"], ['"text"', '"more"'], ['{"a":1.5}', '{"a":9007199254740993}'], ['{"a":[1]}', '{"a":{"b":1}}'], ["[1]", '{"a":1}'], Array.from({ length: 400 }, (_, index) => `{"k${String(index)}":1}`)])
      expect(await writeJson("JSON", cells), cells[0]).toMatchObject({ type: "VARCHAR", texts: ["cell"] });
  });

  it("decides for all splits together", async () => {
    expect(await writeJson("JSON", ['{"a":1}'], ['{"a":1,"b":"x"}'])).toMatchObject({ type: expect.stringContaining("b VARCHAR") as string });
    expect(await writeJson("JSON", ['{"a":1}'], ['{"a":"x"}'])).toMatchObject({ type: "VARCHAR" });
  });
});

describe("writeSplit", () => {
  it("writes one file without Reverie's own columns, JSON as structs", async () => {
    const [shard, ...rest] = await writeSplit({ sql: session, folder, name: "train", ...(await plan(await makeTable(3))) });
    expect(rest).toEqual([]);
    expect(shard?.path).toBe("data/train-00000-of-00001.parquet");
    const schema = await session.query("DESCRIBE SELECT * FROM read_parquet(?)", [shard?.file ?? ""]);
    expect(schema.map((row) => [row.column_name, row.column_type])).toEqual([["n", "BIGINT"], ["text", "VARCHAR"], ["object", 'STRUCT(a BIGINT)'], ["list", 'STRUCT(b BIGINT)[]']]);
  });

  it("cuts what is too large into files of as many rows, in order, none lost", async () => {
    const shards = await writeSplit({ sql: session, folder, name: "test", ...(await plan(await makeTable(10_001))), shardBytes: 40_000 });
    expect(shards.length).toBeGreaterThan(2);
    expect(shards.at(-1)?.path).toBe(`data/test-${String(shards.length - 1).padStart(5, "0")}-of-${String(shards.length).padStart(5, "0")}.parquet`);
    let next = 0n;
    for (const { file } of shards) {
      for (const { n } of await session.query("SELECT n FROM read_parquet(?)", [file])) expect(n).toBe(next++);
    }
    expect(next).toBe(10_001n);
  });

  it("writes a table without rows as a file with its columns", async () => {
    const shards = await writeSplit({ sql: session, folder, name: "validation", ...(await plan(await makeTable(0))) });
    expect(shards.map(({ path }) => path)).toEqual(["data/validation-00000-of-00001.parquet"]);
  });
});
