import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALL, IN0, parentColumn } from "@/lib/steps/_sdk/own-columns";
import { queryIssues } from "./query-issues";
import { queryPage } from "./query-page";
import { readRow } from "./read-row";
import { openTestTables, type TestTables } from "./test-tables";
import { CALL_TYPE } from "./write-rows";

let tables: TestTables;
beforeAll(async () => {
  tables = await openTestTables();
});
afterAll(() => tables.close());

const called = `{key: 'k', cached: true, attempts: 0, latency_ms: 1, prompt_tokens: 2, completion_tokens: 3, cost_micros: 4}::${CALL_TYPE}`;

describe("readRow", () => {
  it("cuts long cells and gives them whole in the row", async () => {
    const manifest = await tables.writeTable("long", [
      "SELECT repeat('🙂', 3000) AS t, range(2000) AS l, 9007199254740993 AS big, 'nan'::DOUBLE AS x, '{\"a\":1}'::JSON AS j, 'a\\x00'::BLOB AS b, DATE '2024-02-29' AS d, MAP {'k': 1.5::DOUBLE} AS m, 12.50::DECIMAL(6, 2) AS dec",
    ]);
    const { rows, truncatedCells } = await queryPage(tables.session, { dataFolder: tables.dataFolder, manifest, offset: 0, limit: 10 });
    expect(rows[0]?.cut).toEqual(["t", "l"]);
    expect(truncatedCells).toBe(2);
    expect([...(rows[0]?.values["t"] as string)].length).toBe(2000);
    const whole = await readRow(tables.session, { dataFolder: tables.dataFolder, manifest, row: 0 });
    expect([...(whole.values["t"] as string)].length).toBe(3000);
    expect((whole.values["l"] as unknown[]).length).toBe(2000);
    expect(whole.values).toMatchObject({
      big: "9007199254740993",
      x: "NaN",
      j: { a: 1 },
      b: "YQA=",
      d: "2024-02-29",
      m: { k: 1.5 },
      dec: "12.50",
    });
  });

  it("tells a text from a number within JSON, and finds both by what they show", async () => {
    const manifest = await tables.writeTable("mixed", [`SELECT unnest(['1', '"x"', '"1"', '"{}"', '[1]'])::JSON AS j`]);
    const query = { dataFolder: tables.dataFolder, manifest, offset: 0, limit: 10 };
    expect((await queryPage(tables.session, query)).rows.map(({ values }) => values["j"])).toEqual([1, "x", "1", "{}", [1]]);
    expect((await readRow(tables.session, { ...query, row: 2 })).values).toEqual({ j: "1" });
    const found = await queryPage(tables.session, { ...query, filter: { or: [{ column: "j", op: "eq", value: "x" }, { column: "j", op: "in", value: ["1"] }] } });
    expect(found.rows.map(({ row }) => row)).toEqual([0, 1, 2]);
  });

  it("gives a row with its parents and its call", async () => {
    const manifest = await tables.writeTable("called", [
      `SELECT 'a' AS t, 7::BIGINT AS ${IN0}, [3::BIGINT, 4] AS ${parentColumn(1)}, ${called} AS ${CALL}`,
    ]);
    expect(await readRow(tables.session, { dataFolder: tables.dataFolder, manifest, row: 0 })).toEqual({
      row: 0,
      values: { t: "a" },
      parents: [[7], [3, 4]],
      call: {
        key: "k",
        cached: true,
        attempts: 0,
        latencyMs: 1,
        promptTokens: 2,
        completionTokens: 3,
        costMicros: 4,
      },
    });
    await expect(
      readRow(tables.session, { dataFolder: tables.dataFolder, manifest, row: 1 }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  it("keeps a person's columns apart from its own, whatever they are called", async () => {
    const manifest = await tables.writeTable("underscores", [
      `SELECT 'mine' AS __in0, 8 AS __row, 'x' AS __call, 1 AS __index_level_0__, 7::BIGINT AS ${IN0}`,
    ]);
    const values = { __in0: "mine", __row: 8, __call: "x", __index_level_0__: 1 };
    expect(manifest.columns.map(({ name }) => name)).toEqual(Object.keys(values));
    expect((await queryPage(tables.session, { dataFolder: tables.dataFolder, manifest, offset: 0, limit: 10 })).rows).toEqual([{ row: 0, values, cut: [] }]);
    expect(await readRow(tables.session, { dataFolder: tables.dataFolder, manifest, row: 0 })).toEqual({ row: 0, values, parents: [[7]], call: null });
  });

  it("finds the parents and the call of a row in parts of earlier versions, which called them otherwise", async () => {
    const written = await tables.writeTable("earlier", [
      `SELECT 'a' AS t, 7::BIGINT AS __in0, [3::BIGINT, 4] AS __in1, ${called} AS __call`,
    ]);
    const manifest = { ...written, columns: [{ name: "t", type: "text" as const }] };
    expect(await readRow(tables.session, { dataFolder: tables.dataFolder, manifest, row: 0 })).toMatchObject({ values: { t: "a" }, parents: [[7], [3, 4]], call: { key: "k" } });
  });

});

describe("queryIssues", () => {
  it("pages over one kind and counts by reason", async () => {
    const { parts } = await tables.writeTable("issues", [
      `SELECT i AS __in0, 'rejected' AS kind, CASE WHEN i < 2 THEN 'row_filtered' ELSE 'row_not_taken' END AS code, '{"a":1}' AS data FROM range(5) t(i)`,
      `SELECT NULL::BIGINT AS __in0, 'failed' AS kind, 'file_ragged' AS code, '{"line":3}' AS data`,
    ]);
    const manifest = { parts, rejected: 5, failed: 1 };
    expect(
      await queryIssues(tables.session, {
        dataFolder: tables.dataFolder,
        manifest,
        kind: "rejected",
        offset: 1,
        limit: 2,
      }),
    ).toEqual({
      total: 5,
      reasons: [
        { code: "row_not_taken", count: 3 },
        { code: "row_filtered", count: 2 },
      ],
      issues: [1, 2].map((inputRow) => ({
        inputRow,
        kind: "rejected",
        code: inputRow < 2 ? "row_filtered" : "row_not_taken",
        data: { a: 1 },
        callKey: null,
      })),
    });
    expect(
      (
        await queryIssues(tables.session, {
          dataFolder: tables.dataFolder,
          manifest,
          kind: "failed",
          offset: 0,
          limit: 2,
        })
      ).issues,
    ).toEqual([
      {
        inputRow: null,
        kind: "failed",
        code: "file_ragged",
        data: { line: 3 },
        callKey: null,
      },
    ]);
  });

  it("finds the call behind an issue", async () => {
    const { parts } = await tables.writeTable("calls", [
      `SELECT 0::BIGINT AS __in0, 'failed' AS kind, 'internal' AS code, '{}' AS data, ${called} AS __call`,
    ]);
    const { issues } = await queryIssues(tables.session, {
      dataFolder: tables.dataFolder,
      manifest: { parts, rejected: 0, failed: 1 },
      kind: "failed",
      offset: 0,
      limit: 2,
    });
    expect(issues[0]?.callKey).toBe("k");
  });
});
