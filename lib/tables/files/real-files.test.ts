import { execFile } from "node:child_process";
import { copyFile, readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTrainerPython } from "@/tests/support/run-python";
import { SourceLoader } from "@/tests/support/source-loader";
import { querySqlite } from "./query-sqlite";

const project = join(import.meta.dirname, "..", "..", "..");
const fixtures = join(project, "tests", "fixtures", "tables");
const shared = join(project, "..", "shared", "data");
const isThere = existsSync(shared);
if (!isThere) process.stderr.write("The tests on real files beside pandas are skipped: there is no ../shared/data beside the repository.\n");

let loader: SourceLoader;
beforeAll(async () => {
  loader = await SourceLoader.open();
});
afterAll(() => loader.close());

const load = async (name: string) => {
  await copyFile(join(fixtures, name), join(loader.folder, name));
  return loader.loadPath(join(loader.folder, name));
};

/** Count of rows, names, and ten cells of each column, evenly spread, as `json.dumps` writes them. */
const asPandasSees = `
import json, sys, pandas as pd
path = sys.argv[1]
if path.endswith(".csv") or path.endswith(".tsv"):
    header = None if "stsb" in path or path.endswith(".tsv") else 0
    quoting = 3 if path.endswith(".tsv") else 0
    frame = pd.read_csv(path, sep="\\t" if path.endswith(".tsv") else ",", header=header, quoting=quoting, keep_default_na=False, float_precision="round_trip")
    rows = frame.to_dict("records")
elif path.endswith(".jsonl"):
    rows = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
else:
    rows = json.load(open(path, encoding="utf-8"))
    if isinstance(rows, dict) and all(isinstance(value, list) and not isinstance(value[0], dict) for value in rows.values()): rows = pd.DataFrame(rows).to_dict("records")
    if isinstance(rows, dict): rows = rows["data"] if "data" in rows else next(value for value in rows.values() if isinstance(value, list))
    if not isinstance(rows[0], dict): rows = [{"value": row} for row in rows]
names = list(dict.fromkeys(str(name) for row in rows for name in row))
picked = [index * (len(rows) - 1) // 9 for index in range(10)]
print(json.dumps({"rows": len(rows), "names": names, "picked": picked, "cells": [[{str(k): v for k, v in rows[at].items()}.get(name) for at in picked] for name in names]}))
`;

interface Seen {
  rows: number;
  names: string[];
  picked: number[];
  cells: unknown[][];
}

/** Objects of one column all have its members, those that a row lacks as null. */
function bare(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null).map(([name, member]) => [name, bare(member)]));
}

describe.skipIf(!isThere || !hasTrainerPython)("every table of ../shared/data is what Python reads", async () => {
  const names = isThere ? (await readdir(shared)).filter((name) => /\.(csv|tsv|jsonl?)$/.test(name)) : [];

  it.each(names)("%s", async (name) => {
    const { stdout } = await promisify(execFile)(join(project, "trainer", ".venv", "bin", "python"), ["-W", "ignore", "-c", asPandasSees, join(shared, name)], { maxBuffer: 100_000_000 });
    const seen = JSON.parse(stdout) as Seen;
    await copyFile(join(shared, name), join(loader.folder, name));
    const table = await loader.loadPath(join(loader.folder, name));
    expect(table.failed).toEqual([]);
    expect(table.rows).toBe(seen.rows);
    const columns = table.columns.map((column) => column.name);
    expect([...columns].sort()).toEqual(seen.names.map((column) => (/^\d+$/.test(column) ? `column${String(Number(column) + 1)}` : column)).sort());
    const json = await loader.session.query(`SELECT to_json(t)::VARCHAR AS row FROM (${table.query}) t`);
    for (const [index, column] of seen.names.entries()) {
      const own = /^\d+$/.test(column) ? `column${String(Number(column) + 1)}` : column;
      const found = seen.picked.map((at) => bare((JSON.parse(String(json[at]?.["row"])) as Record<string, unknown>)[own] ?? null));
      expect(found, column).toEqual((seen.cells[index] ?? []).map((cell) => bare(cell === "" && /\.[ct]sv$/.test(name) ? null : cell)));
    }
  });
});

describe("workbooks", () => {
  it("of openpyxl, with a hidden sheet, a merged title, times, durations and codes", async () => {
    const table = await load("openpyxl-shifts.xlsx");
    expect(table.types).toEqual({ who: "VARCHAR", day: "DATE", from: "TIME", length: "VARCHAR", share: "DOUBLE", paid: "BOOLEAN", code: "VARCHAR" });
    expect(await loader.texts(table, "day")).toEqual(["2024-11-01", "1999-12-31", "2024-02-29", null]);
    expect(await loader.texts(table, "from")).toEqual(["06:00:00", "23:59:30", "00:00:00", null]);
    expect(await loader.texts(table, "length")).toEqual(["36:00:00", "6:00:00", "48:05:01", "1:30:00"]);
    expect(table.all.map(({ who, share, paid, code }) => [who, share, paid, code])).toEqual([["Đặng", 0.25, true, "007"], ["Ann", 1, false, "1.10"], ["Bob", 0.1, true, "=x"], ["Cy", null, null, null]]);
    expect(table.notes?.map(({ code, data }) => [code, data["sheet"] ?? data["first"] ?? ""])).toEqual([["sheet_taken", "Shifts"], ["titles_left_out", "Shifts of November"], ["header_taken", ""]]);
  });

  it("of pandas, with an index without a name", async () => {
    const table = await load("pandas-index.xlsx");
    expect(table.types).toEqual({ column1: "VARCHAR", when: "TIMESTAMP", n: "BIGINT", f: "DOUBLE", t: "VARCHAR" });
    expect(await loader.texts(table, "when")).toEqual(["2024-01-02 03:04:05", "2024-05-06 07:08:09"]);
    expect(table.all.map(({ column1, n, f, t }) => [column1, n, f, t])).toEqual([["x", 1n, 0.5, "a"], ["y", 1_099_511_627_776n, 2, null]]);
  });

  it("of LibreOffice, with a comma in a number that is text", async () => {
    const table = await load("libreoffice.xlsx");
    expect(await loader.texts(table, "ngày")).toEqual(["2024-01-02", "2024-12-31"]);
    expect(await loader.texts(table, "giá")).toEqual(["1,5", "2"]);
  });

  it.each([
    ["libreoffice.xls", /\.xls/],
    ["libreoffice.ods", /OpenDocument/],
  ])("%s is refused by name", async (name, format) => {
    await expect(load(name)).rejects.toMatchObject({ code: "file_old_format", data: { format: expect.stringMatching(format) as string } });
  });
});

describe("files of other programs", () => {
  it("Parquet of pandas after a filter", async () => {
    const table = await load("pandas-filtered.parquet");
    expect(table.all).toEqual([0, 1, 5, 7].map((n) => ({ a: BigInt(n), b: "abcdefghij"[n], __index_level_0__: BigInt(n) })));
  });

  it("Parquet with a name twice, which differ as in every other format", async () => {
    const table = await load("pyarrow-names-twice.parquet");
    expect(table.all).toEqual([{ t: 1n, s: { x: 2n }, "T (2)": "a" }]);
  });

  it("Parquet with decimals wider than any of DuckDB's is refused, with the column and what to do", async () => {
    await expect(load("pyarrow-decimal256.parquet")).rejects.toMatchObject({ code: "file_decimals_too_wide", data: { column: "d", digits: 60 } });
  });

  it("a log of llm in WAL mode", async () => {
    const table = await querySqlite({ scratch: loader.folder }, { path: join(fixtures, "llm-logs.db"), name: "logs.db" }, { query: "SELECT id, response, duration_ms FROM responses ORDER BY id", seconds: 20, rowLimit: null });
    expect(await loader.session.query(table.query)).toEqual(Array.from({ length: 5 }, (_, index) => ({ id: `01h${index}`, response: `reply, ${index}`, duration_ms: BigInt(100 * index) })));
    expect(table.notes?.map(({ code }) => code)).toEqual(["wal_left_out"]);
  });

  it("a reply of an API, nested", async () => {
    const reply = { meta: { page: 1, next: null }, errors: [], data: [{ id: 12345678901234567890n, user: { name: "Ann", tags: ["a", "b"] }, score: 5.5 }, { id: 2n, user: { name: "Đặng", tags: [] }, score: 3 }] };
    const table = await loader.load("reply.json", JSON.stringify(reply, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value), 2).replace(/"(\d+)n"/g, "$1"));
    expect(table.types).toEqual({ id: "UBIGINT", user: 'STRUCT("name" VARCHAR, tags VARCHAR[])', score: "DOUBLE" });
    expect(await loader.texts(table, "id")).toEqual(["12345678901234567890", "2"]);
    expect(table.notes).toEqual([{ code: "rows_taken_from", data: { path: "data", others: "meta", count: 1 }, param: "rowsPath" }]);
  });
});
