import { describe, expect, it } from "vitest";
import type { StepOutcome } from "../../_sdk/step-fixture";
import { runStepFixture } from "../../_sdk/test-harness";
import type { TableRunner } from "../../_sdk/step-runner";
import { definition } from "./definition";
import { run } from "./runner";

function runQuery(query: string, seconds = 20): Promise<StepOutcome> {
  return runStepFixture(
    { definition, runner: run as TableRunner<Record<string, unknown>> },
    { params: { query, seconds }, inputs: { inputs: [[{ a: 1, t: "x" }, { a: 2, t: "y" }]] }, expect: {} },
  );
}

describe("a hostile query", () => {
  it.each([
    ["SELECT * FROM read_csv('/etc/passwd')", "sql_forbidden"],
    ["SELECT * FROM read_text('/etc/passwd')", "sql_forbidden"],
    ["SELECT * FROM read_blob('/etc/passwd')", "sql_forbidden"],
    ["SELECT * FROM read_parquet('input-0.parquet')", "sql_forbidden"],
    ["SELECT * FROM parquet_metadata('input-0.parquet')", "sql_forbidden"],
    ["SELECT * FROM '/etc/passwd'", "sql_forbidden"],
    ["SELECT * FROM 'file.parquet'", "sql_forbidden"],
    ["SELECT * FROM glob('/*')", "sql_forbidden"],
    ["SELECT * FROM input_0", "sql_forbidden"],
    ["SELECT * FROM main.input1", "sql_forbidden"],
    ["SELECT * FROM temp.input1", "sql_forbidden"],
    ["SELECT * FROM input2", "sql_forbidden"],
    ["SELECT * FROM information_schema.tables", "sql_forbidden"],
    ["SELECT * FROM duckdb_settings()", "sql_forbidden"],
    ["SELECT * FROM duckdb_secrets()", "sql_forbidden"],
    ["SELECT * FROM duckdb_views", "sql_forbidden"],
    ["SELECT * FROM pragma_version()", "sql_forbidden"],
    ["SELECT * FROM query('SELECT 1')", "sql_forbidden"],
    ["SELECT * FROM query_table('input1')", "sql_forbidden"],
    ["SELECT getenv('HOME')", "sql_forbidden"],
    ["SELECT current_setting('temp_directory')", "sql_forbidden"],
    ["SELECT version()", "sql_forbidden"],
    ["SELECT random()", "sql_forbidden"],
    ["SELECT now()", "sql_forbidden"],
    ["SELECT * FROM input1 USING SAMPLE 1", "sql_forbidden"],
    ["SELECT repeat('x', 4000000000)", "sql_forbidden"],
    ["SELECT range(100000000000)", "sql_forbidden"],
    ["SELECT a, (SELECT content FROM read_text('/etc/passwd')) FROM input1", "sql_forbidden"],
    ["SELECT * FROM input1 WHERE EXISTS (FROM '/etc/passwd')", "sql_forbidden"],
    ["SELECT * FROM input1 ORDER BY (SELECT max(content) FROM read_text('/etc/passwd'))", "sql_forbidden"],
    ["SELECT * FROM input1 LIMIT (SELECT count(*) FROM read_text('/etc/passwd'))", "sql_forbidden"],
    ["SELECT list_transform([1], lambda x: getenv('HOME')) FROM input1", "sql_forbidden"],
    ["SELECT sum(a) FILTER (WHERE getenv('HOME') <> '') FROM input1", "sql_forbidden"],
    ["SELECT sum(a) OVER (ORDER BY getenv('HOME')) FROM input1", "sql_forbidden"],
    ["SELECT * FROM unnest([getenv('HOME')])", "sql_forbidden"],
    ["SELECT COLUMNS(c -> getenv('HOME') = '') FROM input1", "sql_forbidden"],
    ["(SELECT a FROM input1) UNION ALL (SELECT 1 FROM '/etc/passwd')", "sql_forbidden"],
    ['WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM "/etc/passwd"', "sql_forbidden"],
    ["SELECT * FROM (WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views), duckdb_views", "sql_forbidden"],
    ["WITH duckdb_views AS (SELECT * FROM duckdb_views) SELECT * FROM duckdb_views", "sql_forbidden"],
    ["WITH RECURSIVE duckdb_views AS (SELECT 1 FROM duckdb_views UNION ALL SELECT 1 FROM duckdb_views) SELECT * FROM duckdb_views", "sql_forbidden"],
    ["DESCRIBE input1", "sql_forbidden"],
    ["SHOW TABLES", "sql_forbidden"],
    ["SELECT ?", "sql_forbidden"],
    ["SELECT 1; SELECT 2", "sql_invalid"],
    ["COPY input1 TO '/tmp/reverie-attack.csv'", "sql_invalid"],
    ["SELECT 1; COPY input1 TO '/tmp/reverie-attack.csv'", "sql_invalid"],
    ["ATTACH '/tmp/reverie-attack.db'", "sql_invalid"],
    ["INSTALL httpfs", "sql_invalid"],
    ["LOAD httpfs", "sql_invalid"],
    ["PRAGMA database_list", "sql_invalid"],
    ["SET memory_limit = '1TB'", "sql_invalid"],
    ["RESET lock_configuration", "sql_invalid"],
    ["CALL pragma_version()", "sql_invalid"],
    ["CREATE TABLE x AS SELECT 1", "sql_invalid"],
    ["DROP VIEW input1", "sql_invalid"],
    ["EXPORT DATABASE '/tmp/reverie-attack'", "sql_invalid"],
    ["EXPLAIN SELECT 1", "sql_invalid"],
    ["SELECT 1) TO '/tmp/reverie-attack.csv' --", "sql_invalid"],
  ])("%#: %s is %s", async (query, code) => {
    const { error, outputs } = await runQuery(query);
    expect(error).toBe(code);
    expect(outputs).toEqual({});
  });

  it.each([
    ["deep brackets", `SELECT ${"(".repeat(20_000)}1${")".repeat(20_000)}`],
    ["a long sum", `SELECT 1${" + 1".repeat(20_000)}`],
    ["a long text", "x".repeat(100_001)],
  ])("of %s", async (_, query) => {
    expect((await runQuery(query)).error).toBe("sql_invalid");
  });

  it.each([
    "SELECT count(*) FROM range(100000000) a, range(100000000) b",
    "SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
  ])("is stopped in time: %s", async (query) => {
    const started = performance.now();
    expect((await runQuery(query, 1)).error).toMatch(/sql_too_slow|query_out_of_memory/);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it("leaves the session and its inputs usable", async () => {
    const outcome = await runQuery("SELECT a, t FROM input1");
    expect(outcome.outputs["output"]).toEqual([{ a: 1, t: "x" }, { a: 2, t: "y" }]);
  });
});
