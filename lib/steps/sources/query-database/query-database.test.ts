import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import sqlite from "node-sqlite3-wasm";
import { describeSqlite } from "@/lib/tables/files/query-sqlite";
import type { TableRunner } from "../../_sdk/step-runner";
import type { StepOutcome } from "../../_sdk/step-fixture";
import { runStepFixture } from "../../_sdk/test-harness";
import { definition } from "./definition";
import { run } from "./runner";

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-sqlite-"));
  path = join(folder, "a.sqlite");
  const database = new sqlite.Database(path);
  database.exec("CREATE TABLE people (id INTEGER, name TEXT, score REAL, photo BLOB)");
  database.exec("INSERT INTO people VALUES (9007199254740993, 'Đặng', 1.5, x'0102'), (2, NULL, 2, NULL)");
  database.close();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function query(sql: string, params: { seconds?: number; rowLimit?: number } = {}, file = path): Promise<StepOutcome> {
  return runStepFixture(
    { definition, runner: run as unknown as TableRunner<Record<string, unknown>>, filePath: () => Promise.resolve(file) },
    { params: { file: { sha256: "0".repeat(64), name: "a.sqlite" }, query: sql, seconds: params.seconds ?? 20 }, ...(params.rowLimit === undefined ? {} : { rowLimit: params.rowLimit }), expect: {} },
  );
}

it("gives every value of a query back, with its type", async () => {
  const { columns, outputs, error } = await query("SELECT id, name, score, photo, score AS score FROM people ORDER BY score;");
  expect(error).toBeNull();
  expect(columns["output"]?.map(({ type }) => type)).toEqual(["integer", "text", "number", "text", "number"]);
  expect(outputs["output"]?.[0]).toMatchObject({ name: "Đặng", score: 1.5, photo: "AQI=" });
});

it("names the columns of a query before it is run, and of one without rows", async () => {
  const file = { path, name: "a.sqlite" };
  expect(await describeSqlite({ scratch: join(folder) }, { ...file, path }, { query: "SELECT id, name || '!' AS loud FROM people", seconds: 20 })).toEqual([{ name: "id", type: "unknown" }, { name: "loud", type: "unknown" }]);
  expect((await query("SELECT id FROM people WHERE 0")).columns["output"]?.map(({ name }) => name)).toEqual(["id"]);
});

it("reads many rows in order, and no more than the row limit", async () => {
  const numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) SELECT i FROM n";
  expect((await query(numbers)).outputs["output"]?.map(({ i }) => i)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  expect((await query(numbers, { rowLimit: 7 })).outputs["output"]?.length).toBe(7);
});

it("stops a query that takes too long", async () => {
  expect((await query("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", { seconds: 1 })).error).toBe("sql_too_slow");
});

it.each(["DELETE FROM people", "ATTACH '/etc/passwd' AS x", "SELECT 1; ATTACH 'x.sqlite' AS x", "VACUUM INTO 'copy.sqlite'", "SELECT load_extension('x')", "SELECT nothing FROM people", "PRAGMA writable_schema = 1"])("does not run %s", async (sql) => {
  const { error, outputs } = await query(sql);
  expect(error ?? outputs["output"]).toEqual(sql.startsWith("SELECT 1") ? expect.anything() : "sql_invalid");
  expect(existsSync("copy.sqlite") || existsSync("x.sqlite")).toBe(false);
});

it("reads a column called like what JavaScript's objects have", async () => {
  const { outputs } = await query(`SELECT id AS "__proto__", name AS "constructor", name AS "CONSTRUCTOR" FROM people ORDER BY score LIMIT 1`);
  expect(JSON.stringify(outputs["output"])).toBe(JSON.stringify([JSON.parse('{"__proto__":"9007199254740993","constructor":"Đặng","CONSTRUCTOR:1":"Đặng"}')]));
});

it("reads every sign of a text, and works each value out once", async () => {
  const own = join(folder, "signs.sqlite");
  const database = new sqlite.Database(own);
  database.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('a' || char(0) || 'ậ😀'), ('b' || char(65279)), (''), (x'0061'), (x'')");
  database.close();
  const found = await query("SELECT x FROM t", {}, own);
  expect(found.outputs["output"]).toEqual(["a\0ậ😀", "b\ufeff", "", "AGE=", ""].map((x) => ({ x })));
  expect(found.error).toBeNull();
  const random = await query("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) SELECT CASE WHEN random() < 0 THEN 'x' ELSE x'78' END AS x FROM n", {}, own);
  expect(new Set(random.outputs["output"]?.map(({ x }) => x))).toEqual(new Set(["x", "eA=="]));
});

it("sets a row aside whose text is none, and says where", async () => {
  const found = await query("SELECT 1 AS id, 'good' AS t UNION ALL SELECT 2, CAST(x'61ff62' AS TEXT) UNION ALL SELECT 3, 'ậ'");
  expect(found.outputs["output"]).toEqual([{ id: 1, t: "good" }, { id: 3, t: "ậ" }]);
  expect(found.failed).toEqual([expect.objectContaining({ code: "query_text_encoding" })]);
  expect(JSON.stringify(found.failed)).toMatch(/row[^0-9]*2/);
});
