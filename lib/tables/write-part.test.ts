import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DuckDb, openDuckDb } from "./duckdb";
import { exportTable } from "./export-table";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { createLineageView, createTableView } from "./table-view";
import { writePart } from "./write-part";
import { createRowWriter } from "./write-rows";
import { CALL, IN0, ORD, ROW } from "@/lib/steps/_sdk/own-columns";

let dataFolder: string;
let db: DuckDb;
let session: TableSession;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "reverie-tables-"));
  db = await openDuckDb({ dataFolder, memoryLimitMb: 512, threads: 2 });
  session = await db.openSession({
    readable: [dataFolder],
    writable: dataFolder,
  });
});

afterAll(async () => {
  session.close();
  await db.close();
  await rm(dataFolder, { recursive: true });
});

async function writeTable(
  name: string,
  queries: string[],
): Promise<TableManifest> {
  const parts = [];
  let columns: TableManifest["columns"] = [];
  for (const [index, query] of queries.entries()) {
    const file = `${name}-${index}.parquet`;
    const part = await writePart(session, {
      query,
      path: join(dataFolder, file),
    });
    columns = part.columns;
    parts.push({ file, rows: part.rows, bytes: part.bytes });
  }
  return {
    columns,
    parts,
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
  };
}

describe("parts and views", () => {
  it("numbers the rows over all parts and hides Reverie's own columns", async () => {
    const manifest = await writeTable(
      "numbers",
      [0, 1, 2].map(
        (part) =>
          `SELECT ${part} * 100 + i AS n, i AS ${IN0} FROM range(100) t(i)`,
      ),
    );
    expect(manifest.columns).toEqual([{ name: "n", type: "integer" }]);
    const view = await createTableView(session, {
      name: "v",
      dataFolder,
      manifest,
    });
    const rows = await session.query(
      `SELECT count(*) AS all_rows, count(*) FILTER (n = ${ROW}) AS right FROM ${view}`,
    );
    expect(rows).toEqual([{ all_rows: 300n, right: 300n }]);
    const middle = await createLineageView(session, {
      name: "m",
      dataFolder,
      manifest,
      range: { start: 98, end: 103 },
          });
    expect(
      await session.query(`SELECT n, ${ROW}, ${IN0} FROM ${middle}`),
    ).toEqual(
      [98, 99, 100, 101, 102].map((n) => ({
        n: BigInt(n),
        [ROW]: BigInt(n),
        [IN0]: BigInt(n % 100),
      })),
    );
    const last = await createTableView(session, {
      name: "l",
      dataFolder,
      manifest,
      range: { start: 299, end: 1000 },
    });
    expect(await session.query(`SELECT * FROM ${last}`)).toEqual([
      { n: 299n, [ROW]: 299n },
    ]);
  });

  it("numbers a table that has a column called like DuckDB's own numbering", async () => {
    const manifest = await writeTable("named", [
      "SELECT 7 AS file_row_number, 'a' AS file_index FROM range(3)",
      "SELECT 8 AS file_row_number, 'b' AS file_index FROM range(2)",
    ]);
    const view = await createTableView(session, {
      name: "n",
      dataFolder,
      manifest,
      range: { start: 2, end: 4 },
    });
    expect(await session.query(`SELECT * FROM ${view}`)).toEqual([
      { file_row_number: 7, file_index: "a", [ROW]: 2n },
      { file_row_number: 8, file_index: "b", [ROW]: 3n },
    ]);
  });

  it("opens a table of no parts with its columns", async () => {
    const manifest: TableManifest = {
      columns: [{ name: "a b", type: "list" }],
      parts: [],
      rows: 0,
    };
    const view = await createLineageView(session, {
      name: "e",
      dataFolder,
      manifest,
    });
    expect(await session.query(`DESCRIBE ${view}`)).toMatchObject([
      { column_name: "a b" },
      { column_name: IN0 },
      { column_name: ROW },
    ]);
  });

  it("keeps complex types and writes a part of no rows with its columns", async () => {
    const manifest = await writeTable("complex", [
      "SELECT [1.5, 2] AS l, {a: 1, b: ['x']} AS o, MAP {'k': 1} AS m, '{\"q\": 1}'::JSON AS j, DATE '2024-02-29' AS d, true AS b, 1.5::DOUBLE AS f WHERE false",
    ]);
    expect(manifest.columns.map(({ type }) => type)).toEqual([
      "list",
      "object",
      "object",
      "object",
      "date",
      "boolean",
      "number",
    ]);
    expect(manifest.rows).toBe(0);
  });

  it("leaves nothing behind when the query fails", async () => {
    await expect(
      writePart(session, {
        query: "SELECT error('no')",
        path: join(dataFolder, "gone.parquet"),
      }),
    ).rejects.toMatchObject({ code: "internal" });
    expect(
      (await readdir(dataFolder)).filter((name) => name.startsWith("gone")),
    ).toEqual([]);
  });

  it("stores made rows beside the input row they came from", async () => {
    const input = await writeTable("input", [
      "SELECT chr(97 + i::INTEGER) AS letter FROM range(3) t(i)",
    ]);
    await createTableView(session, { name: "i", dataFolder, manifest: input });
    const writer = await createRowWriter(session, {
      name: "new",
      columns: [
        { name: "reply", type: "text" },
        { name: "vector", type: "list" },
        { name: "facts", type: "object" },
        { name: "score", type: "integer" },
      ],
    });
    const call = {
      key: "k",
      cached: false,
      attempts: 1,
      latencyMs: 2.4,
      promptTokens: 3,
      completionTokens: 4,
      costMicros: 5,
    };
    writer.append([
      {
        parent: 2,
        values: {
          reply: "ừ",
          vector: [1, 0.5],
          facts: { a: [null] },
          score: 3,
        },
        call,
      },
    ]);
    writer.append([{ parent: 0, values: { reply: null }, call: null }]);
    const output = await writeTable("made", [
      `SELECT i.* EXCLUDE (${ROW}), n.reply, n.vector, n.facts, n.score, n.${IN0}, n.${CALL} FROM ${writer.table} n LEFT JOIN i ON i.${ROW} = n.${IN0} ORDER BY n.${ORD}`,
    ]);
    writer.close();
    expect(output.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "letter text",
      "reply text",
      "vector list",
      "facts object",
      "score integer",
    ]);
    const view = await createLineageView(session, {
      name: "o",
      dataFolder,
      manifest: output,
    });
    const rows = await session.query(
      `SELECT letter, reply, vector::VARCHAR AS vector, facts::VARCHAR AS facts, score, ${IN0}, ${CALL}.latency_ms FROM ${view}`,
    );
    expect(rows).toEqual([
      {
        letter: "c",
        reply: "ừ",
        vector: "[1, 0.5]",
        facts: '{"a":[null]}',
        score: 3n,
        [IN0]: 2n,
        latency_ms: 2,
      },
      {
        letter: "a",
        reply: null,
        vector: null,
        facts: null,
        score: null,
        [IN0]: 0n,
        latency_ms: null,
      },
    ]);
  });
});

describe("walls", () => {
  it("reads and writes nothing outside of the data folder", async () => {
    for (const query of [
      "SELECT * FROM read_csv('/etc/passwd')",
      `SELECT * FROM read_text('${dataFolder}/../x')`,
      "COPY (SELECT 1) TO '/tmp/reverie-out.csv'",
      "SET threads = 1",
      "INSTALL httpfs",
    ]) {
      await expect(session.run(query), query).rejects.toMatchObject({
        code: "internal",
      });
    }
  });

  it("stops at the signal and at the time limit, and works on afterwards", async () => {
    const slow =
      "SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5";
    await expect(
      session.limitTime(50, () => session.query(slow)),
    ).rejects.toMatchObject({ code: "query_too_slow" });
    const stop = new AbortController();
    const other = await db.openSession({
      readable: [dataFolder],
      signal: stop.signal,
    });
    const query = other.query(slow);
    setTimeout(() => {
      stop.abort();
    }, 50);
    await expect(query).rejects.toMatchObject({ code: "cancelled" });
    await expect(other.query("SELECT 1")).rejects.toMatchObject({
      code: "cancelled",
    });
    other.close();
    expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

describe("exportTable", () => {
  it("writes JSON lines with nested values, without Reverie's own columns, NaN as Python writes it", async () => {
    const manifest = await writeTable("export", [
      `SELECT {'a': [1, 2]} AS o, 'nan'::DOUBLE AS x, 'ừ' AS t, 1 AS ${IN0}`,
    ]);
    const path = join(dataFolder, "export.jsonl");
    await exportTable(session, {
      dataFolder,
      manifest,
      format: "jsonl",
      spreadsheetSafe: false,
      path,
    });
    expect(await readFile(path, "utf8")).toBe(
      '{"o":{"a":[1,2]},"x":NaN,"t":"ừ"}\n',
    );
  });
});
