import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IN0 } from "@/lib/steps/_sdk/own-columns";
import { filterAst, type FilterAst } from "./filter-ast";
import { profileColumns } from "./profile-columns";
import { queryPage } from "./query-page";
import type { TableManifest } from "./table-manifest";
import { openTestTables, type TestTables } from "./test-tables";

let tables: TestTables;
let people: TableManifest;

beforeAll(async () => {
  tables = await openTestTables();
  people = await tables.writeTable(
    "people",
    [0, 1, 2].map(
      (part) =>
        `SELECT ${part} * 100 + i AS n, CASE WHEN i % 10 = 0 THEN NULL ELSE 'Name ' || (i % 7) END AS name, (i % 5) / 2.0 AS score, i % 2 = 0 AS even,
            [i, NULL] AS list, {'key': 'v' || i} AS object, i AS ${IN0} FROM range(100) t(i)`,
    ),
  );
});

afterAll(() => tables.close());

const page = (
  query: Partial<Parameters<typeof queryPage>[1]>,
): ReturnType<typeof queryPage> =>
  queryPage(tables.session, {
    dataFolder: tables.dataFolder,
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

  it("finds text without regard to case, and to accents that were not typed", async () => {
    const words = ["Đà Nẵng", "ĐÀ LẠT", "da dẻ", "TP. Cần THƠ", "cafe\u0301", "Café", "Łódź", "100%_"];
    const manifest = await tables.writeTable("words", [`SELECT unnest([${words.map((word) => `'${word}'`).join(", ")}]) AS word`]);
    const found = async (value: string, op: "contains" | "startsWith" = "contains"): Promise<unknown[]> => {
      const { rows } = await page({ manifest, filter: { column: "word", op, value } });
      return rows.map(({ values }) => values["word"]);
    };
    expect(await found("da nang")).toEqual(["Đà Nẵng"]);
    expect(await found("đà")).toEqual(["Đà Nẵng", "ĐÀ LẠT"]);
    expect(await found("DA", "startsWith")).toEqual(["Đà Nẵng", "ĐÀ LẠT", "da dẻ"]);
    expect(await found("thơ")).toEqual(["TP. Cần THƠ"]);
    expect(await found("tp")).toEqual(["TP. Cần THƠ"]);
    expect(await found("CAFÉ")).toEqual(["cafe\u0301", "Café"]);
    expect(await found("cafe")).toEqual(["cafe\u0301", "Café"]);
    expect(await found("lodz")).toEqual(["Łódź"]);
    expect(await found("%")).toEqual(["100%_"]);
    expect((await page({ manifest, search: "can tho" })).total).toBe(1);
    expect((await page({ manifest, search: "cần" })).total).toBe(1);
    expect((await page({ manifest, filter: { column: "word", op: "eq", value: "đà nẵng" } })).total).toBe(0);
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
        value: fc.constantFrom("Name 1", "nAmE", "'; DROP", "%", ""),
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
      page({ sort: [{ column: IN0, descending: false }] }),
    ).rejects.toMatchObject({ code: "column_missing" });
    let deep: unknown = { column: "n", op: "isNull" };
    for (let depth = 0; depth < 5000; depth++) deep = { not: deep };
    expect(filterAst.safeParse(deep).success).toBe(false);
  });

  it("leaves the counting to later where asked, and knows the total of a page that is not full", async () => {
    const ask = (value: string, limit: number, sort?: { column: string; descending: boolean }[]) =>
      queryPage(tables.session, { dataFolder: tables.dataFolder, manifest: people, offset: 0, limit, countLater: true, filter: { column: "name", op: "eq", value }, sort });
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
    const manifest = await tables.writeTable("wide", [
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
  if (filter.op === "contains") return String(cell).toLowerCase().includes(String(value).toLowerCase());
  if (filter.op === "startsWith") return String(cell).toLowerCase().startsWith(String(value).toLowerCase());
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
    const profile = await profileColumns(tables.session, {
      dataFolder: tables.dataFolder,
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
    const manifest = await tables.writeTable("large", [
      "SELECT i AS n FROM range(1000001) t(i)",
    ]);
    const profile = await profileColumns(tables.session, { dataFolder: tables.dataFolder, manifest });
    expect(profile).toMatchObject({ rows: 1_000_001, sampled: 200_000 });
    expect(profile.columns[0]).toMatchObject({ min: 0, max: 1_000_000 });
  });

  it("samples a table that takes too long to be read", async () => {
    const manifest = await tables.writeTable("slow", ["SELECT i AS n, repeat(md5(i::VARCHAR), 5) AS t FROM range(900000) t(i)"]);
    const profile = await profileColumns(tables.session, { dataFolder: tables.dataFolder, manifest, timeLimit: 1 }).catch((error: unknown) => error);
    // One millisecond is too short for the sample too, so both were tried.
    expect(profile).toMatchObject({ code: "query_too_slow" });
  });

  it.each([10, 12, 120, 20_000])("counts %i different values exactly", async (count) => {
    const manifest = await tables.writeTable(`ids_${String(count)}`, [
      `SELECT i AS id, 'text ' || i AS t, CASE WHEN i % 2 = 0 THEN i::DOUBLE / 3 END AS half, i % 3 = 0 AS third FROM range(${String(count)}) t(i)`,
    ]);
    const { columns } = await profileColumns(tables.session, { dataFolder: tables.dataFolder, manifest });
    expect(columns.map(({ distinct }) => distinct)).toEqual([count, count, count / 2, 2]);
  });
});
