import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DuckDb, openDuckDb } from "./duckdb";
import { filterAst, type FilterAst } from "./filter-ast";
import { profileColumns } from "./profile-columns";
import { queryIssues } from "./query-issues";
import { queryPage } from "./query-page";
import { readRow } from "./read-row";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { CALL_TYPE } from "./write-rows";
import { writePart } from "./write-part";

let dataFolder: string;
let db: DuckDb;
let session: TableSession;
let people: TableManifest;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "reverie-pages-"));
  db = await openDuckDb({ dataFolder, memoryLimitMb: 512, threads: 2 });
  session = await db.openSession({
    readable: [dataFolder],
    writable: dataFolder,
  });
  people = await writeTable(
    "people",
    [0, 1, 2].map(
      (part) =>
        `SELECT ${part} * 100 + i AS n, CASE WHEN i % 10 = 0 THEN NULL ELSE 'Name ' || (i % 7) END AS name, (i % 5) / 2.0 AS score, i % 2 = 0 AS even,
            [i, NULL] AS list, {'key': 'v' || i} AS object, i AS __in0 FROM range(100) t(i)`,
    ),
  );
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

const page = (
  query: Partial<Parameters<typeof queryPage>[1]>,
): ReturnType<typeof queryPage> =>
  queryPage(session, {
    dataFolder,
    manifest: people,
    offset: 0,
    limit: 100,
    ...query,
  });

describe("queryPage", () => {
  it("reads a page across parts in order", async () => {
    const { rows, total } = await page({ offset: 98, limit: 5 });
    expect(total).toBe(300);
    expect(rows.map(({ row }) => row)).toEqual([98, 99, 100, 101, 102]);
    expect(rows[2]).toEqual({
      row: 100,
      values: {
        n: 100,
        name: null,
        score: 0,
        even: true,
        list: [0, null],
        object: { key: "v0" },
      },
      cut: [],
    });
    expect((await page({ offset: 400 })).rows).toEqual([]);
  });

  it("sorts with the cells without a value last, in both directions", async () => {
    const up = await page({
      sort: [{ column: "name", descending: false }],
      limit: 1000,
    });
    const down = await page({
      sort: [
        { column: "name", descending: true },
        { column: "n", descending: true },
      ],
      limit: 1000,
    });
    expect(up.rows[0]?.values["name"]).toBe("Name 0");
    expect(up.rows.at(-1)?.values["name"]).toBeNull();
    expect(down.rows[0]?.values).toMatchObject({ name: "Name 6", n: 297 });
    expect(down.rows.at(-1)?.values["name"]).toBeNull();
    expect(new Set(up.rows.map(({ row }) => row)).size).toBe(300);
  });

  it("filters, counts, and gives the pages after the first the same rows with and without a known total", async () => {
    const filter: FilterAst = {
      and: [
        { column: "even", op: "eq", value: true },
        { not: { column: "name", op: "isNull" } },
      ],
    };
    const first = await page({ filter, limit: 7 });
    expect(first.total).toBe(120);
    const second = await page({ filter, offset: 7, limit: 7 });
    const known = await page({
      filter,
      offset: 7,
      limit: 7,
      knownTotal: first.total,
    });
    expect(second).toEqual(known);
    expect(second.rows[0]?.row).toBeGreaterThan(first.rows.at(-1)?.row ?? 0);
    expect((await page({ search: "nAMe 3" })).total).toBe(
      (
        await page({
          filter: { column: "name", op: "contains", value: "Name 3" },
        })
      ).total,
    );
  });

  it("agrees with JavaScript on every filter", async () => {
    const { rows } = await page({ limit: 1000 });
    const op = fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge" as const);
    const condition = fc.oneof(
      fc.record({
        column: fc.constant("n"),
        op,
        value: fc.integer({ min: -5, max: 305 }),
      }),
      fc.record({
        column: fc.constant("name"),
        op: fc.constantFrom("eq", "ne", "contains", "startsWith" as const),
        value: fc.constantFrom("Name 1", "Name", "'; DROP", "%", ""),
      }),
    );
    const tree = fc.letrec<{ node: FilterAst }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        condition,
        fc.record({ and: fc.array(tie("node"), { maxLength: 3 }) }),
        fc.record({ or: fc.array(tie("node"), { maxLength: 3 }) }),
        fc.record({ not: tie("node") }),
      ),
    })).node;
    await fc.assert(
      fc.asyncProperty(tree, async (filter) => {
        const wanted = rows
          .filter(({ values }) => passes(filter, values))
          .map(({ row }) => row);
        const found = await page({
          filter: filterAst.parse(filter),
          limit: 1000,
        });
        expect(found.rows.map(({ row }) => row)).toEqual(wanted);
        expect(found.total).toBe(wanted.length);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses what is not valid, as the person's error", async () => {
    await expect(
      page({ filter: { column: "name", op: "matches", value: "(" } }),
    ).rejects.toMatchObject({ code: "query_invalid" });
    await expect(
      page({ filter: { column: "n", op: "eq", value: "x" } }),
    ).rejects.toMatchObject({ code: "query_invalid" });
    await expect(
      page({ sort: [{ column: "__in0", descending: false }] }),
    ).rejects.toMatchObject({ code: "column_missing" });
    let deep: unknown = { column: "n", op: "isNull" };
    for (let depth = 0; depth < 5000; depth++) deep = { not: deep };
    expect(filterAst.safeParse(deep).success).toBe(false);
  });

  it("cuts long cells and gives them whole in the row", async () => {
    const manifest = await writeTable("long", [
      "SELECT repeat('🙂', 3000) AS t, range(2000) AS l, 9007199254740993 AS big, 'nan'::DOUBLE AS x, '{\"a\":1}'::JSON AS j, 'a\\x00'::BLOB AS b, DATE '2024-02-29' AS d, MAP {'k': 1.5::DOUBLE} AS m, 12.50::DECIMAL(6, 2) AS dec",
    ]);
    const { rows, truncatedCells } = await page({ manifest });
    expect(rows[0]?.cut).toEqual(["t", "l"]);
    expect(truncatedCells).toBe(2);
    expect([...(rows[0]?.values["t"] as string)].length).toBe(2000);
    const whole = await readRow(session, { dataFolder, manifest, row: 0 });
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

  it("gives a row with its parents and its call", async () => {
    const manifest = await writeTable("called", [
      `SELECT 'a' AS t, 7::BIGINT AS __in0, [3::BIGINT, 4] AS __in1, {key: 'k', cached: true, attempts: 0, latency_ms: 1, prompt_tokens: 2, completion_tokens: 3, cost_micros: 4}::${CALL_TYPE} AS __call`,
    ]);
    expect(await readRow(session, { dataFolder, manifest, row: 0 })).toEqual({
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
      readRow(session, { dataFolder, manifest, row: 1 }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  it("leaves the counting to later where asked, and knows the total of a page that is not full", async () => {
    const ask = (value: string, limit: number, sort?: { column: string; descending: boolean }[]) =>
      queryPage(session, { dataFolder, manifest: people, offset: 0, limit, countLater: true, filter: { column: "name", op: "eq", value }, sort });
    const full = await ask("Name 3", 5);
    expect([full.rows.length, full.total, full.counted]).toEqual([5, 5, false]);
    const sorted = await ask("Name 5", 5, [{ column: "n", descending: true }]);
    expect(sorted.counted).toBe(false);
    expect(sorted.rows.map(({ row }) => row)).toEqual([296, 289, 282, 275, 268]);
    const whole = await ask("Name 4", 1000);
    expect([whole.total, whole.counted]).toEqual([whole.rows.length, true]);
    // The total that one page found serves the next.
    expect(await ask("Name 4", 5)).toMatchObject({ total: whole.total, counted: true });
  });

  it("stops a query that takes too long", async () => {
    const manifest = await writeTable("wide", [
      "SELECT repeat(md5(i::VARCHAR), 200) AS t FROM range(100000) t(i)",
    ]);
    await expect(
      page({
        manifest,
        filter: { column: "t", op: "matches", value: "(a.*b.*c.*d){40}z" },
        timeLimit: 30,
      }),
    ).rejects.toMatchObject({ code: "query_too_slow" });
  });
});

function passes(filter: FilterAst, values: Record<string, unknown>): boolean {
  if ("and" in filter) return filter.and.every((part) => passes(part, values));
  if ("or" in filter) return filter.or.some((part) => passes(part, values));
  if ("not" in filter) return !passes(filter.not, values);
  const cell = values[filter.column] as string | number | null;
  const value = filter.value as string | number;
  if (filter.op === "ne") return cell !== value;
  if (cell === null) return false;
  if (filter.op === "contains") return String(cell).includes(String(value));
  if (filter.op === "startsWith") return String(cell).startsWith(String(value));
  return {
    eq: cell === value,
    lt: cell < value,
    le: cell <= value,
    gt: cell > value,
    ge: cell >= value,
  }[filter.op as "eq"];
}

describe("profileColumns", () => {
  it("counts, bins and lists what is there", async () => {
    const profile = await profileColumns(session, {
      dataFolder,
      manifest: people,
    });
    expect(profile).toMatchObject({ rows: 300, sampled: null });
    const [n, name, , even, list] = profile.columns;
    expect(n).toMatchObject({
      nulls: 0,
      min: 0,
      max: 299,
      mean: 149.5,
      topValues: [],
    });
    expect(n?.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(300);
    expect(name).toMatchObject({
      nulls: 30,
      min: 6,
      max: 6,
      histogram: [{ from: 6, to: 6, count: 270 }],
    });
    expect(name?.topValues.reduce((sum, { count }) => sum + count, 0)).toBe(
      270,
    );
    expect(even?.topValues).toEqual([
      { value: "false", count: 150 },
      { value: "true", count: 150 },
    ]);
    expect(list).toMatchObject({ min: 2, max: 2, distinct: null });
  });

  it("samples a large table and says so", async () => {
    const manifest = await writeTable("large", [
      "SELECT i AS n FROM range(1000000) t(i)",
    ]);
    const profile = await profileColumns(session, { dataFolder, manifest });
    expect(profile).toMatchObject({ rows: 1_000_000, sampled: 200_000 });
    expect(profile.columns[0]).toMatchObject({ min: 0, max: 999_999 });
  });
});

describe("queryIssues", () => {
  it("pages over one kind and counts by reason", async () => {
    const { parts } = await writeTable("issues", [
      "SELECT i AS __in0, 'rejected' AS kind, CASE WHEN i < 2 THEN 'row_filtered' ELSE 'row_not_taken' END AS code, '{\"a\":1}' AS data FROM range(5) t(i)",
      "SELECT NULL::BIGINT AS __in0, 'failed' AS kind, 'file_ragged' AS code, '{\"line\":3}' AS data",
    ]);
    const manifest = { parts, rejected: 5, failed: 1 };
    expect(
      await queryIssues(session, {
        dataFolder,
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
        await queryIssues(session, {
          dataFolder,
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
    const { parts } = await writeTable("calls", [
      `SELECT 0::BIGINT AS __in0, 'failed' AS kind, 'internal' AS code, '{}' AS data, {key: 'k', cached: true, attempts: 0, latency_ms: 1, prompt_tokens: 2, completion_tokens: 3, cost_micros: 4}::${CALL_TYPE} AS __call`,
    ]);
    const { issues } = await queryIssues(session, {
      dataFolder,
      manifest: { parts, rejected: 0, failed: 1 },
      kind: "failed",
      offset: 0,
      limit: 2,
    });
    expect(issues[0]?.callKey).toBe("k");
  });
});
