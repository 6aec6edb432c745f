import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDuckDb, type DuckDb } from "@/lib/tables/duckdb";
import type { TableSession } from "@/lib/tables/table-session";
import type { InputTable } from "../../_sdk/step-runner";
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

describe("writeSplit", () => {
  it("writes one file without Reverie's own columns, JSON as text", async () => {
    const [shard, ...rest] = await writeSplit({ sql: session, folder, name: "train", table: await makeTable(3) });
    expect(rest).toEqual([]);
    expect(shard?.path).toBe("data/train-00000-of-00001.parquet");
    const schema = await session.query("DESCRIBE SELECT * FROM read_parquet(?)", [shard?.file ?? ""]);
    expect(schema.map((row) => [row.column_name, row.column_type])).toEqual([["n", "BIGINT"], ["text", "VARCHAR"], ["object", "VARCHAR"], ["list", "VARCHAR[]"]]);
  });

  it("cuts what is too large into files of as many rows, in order, none lost", async () => {
    const shards = await writeSplit({ sql: session, folder, name: "test", table: await makeTable(10_001), shardBytes: 40_000 });
    expect(shards.length).toBeGreaterThan(2);
    expect(shards.at(-1)?.path).toBe(`data/test-${String(shards.length - 1).padStart(5, "0")}-of-${String(shards.length).padStart(5, "0")}.parquet`);
    let next = 0n;
    for (const { file } of shards) {
      for (const { n } of await session.query("SELECT n FROM read_parquet(?)", [file])) expect(n).toBe(next++);
    }
    expect(next).toBe(10_001n);
  });

  it("writes a table without rows as a file with its columns", async () => {
    const shards = await writeSplit({ sql: session, folder, name: "validation", table: await makeTable(0) });
    expect(shards.map(({ path }) => path)).toEqual(["data/validation-00000-of-00001.parquet"]);
  });
});
