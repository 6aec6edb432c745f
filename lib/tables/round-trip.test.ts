import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SourceLoader } from "@/tests/support/source-loader";
import { type ExportFormat, exportRows } from "./export-table";
import { quoteIdentifier } from "./quote-identifier";
import { quoteLiteral } from "./quote-literal";

let loader: SourceLoader;
beforeAll(async () => {
  loader = await SourceLoader.open();
});
afterAll(() => loader.close());

const hardTexts = ["", " ", " lead", "trail ", '"', '""', "'", "''", "a,b", "a;b|c\td", "two\nlines", "two\r\nlines", "a\rb", "\n", "=1+1", "'=1+1", "''=SUM(A1)", "+84 123", "-1", "@user", "@SUM(A1)", "-2+cmd|' /C calc'!A0", "\t=1", "007", "1", "1.0", "1.10", "1e5", "-0", "nan", "inf", "true", "True", "null", "NULL", "NaN", "\\N", "\\", 'say "hi"', '\\"', "{", '{"a":1}', "[1]", "#c", "2024-01-02", "12:00", "_x0041_x0042_", "_x", "\u0001\u001f", "\u00a0", "\u2028", "👩‍👩‍👧", "שלום (a)", "Đặng Huế", "e\u0301", "\ufeff", "&<>\"'", "]]>", "9223372036854775808", "x".repeat(3000)];
const text = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...hardTexts) }, fc.string({ unit: "grapheme", maxLength: 20 }), fc.string({ unit: "binary", maxLength: 20 })).filter((value) => !value.includes("\0") && value.isWellFormed());
const hardNames = ["a", "A b", "text", "text (2)", "GPT-4.0 answer", "level 2.0, easy", 'quo"ted', "it's", "new\nline", "=x", "'=x", "__index_level_0__", "__row", "2019", "1", "a;b", "a.b", "tên", "👍", "ends ", "\\", "select", "x".repeat(120), "{n}", "_x0041_"];
const names = (count: number) => fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...hardNames) }, text.filter((name) => name.trim() !== "" && !name.startsWith("\ufeff"))), { minLength: count, maxLength: count, selector: (name) => name.toLowerCase() });

const whole = fc.oneof(fc.constantFrom("0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993", "999999999999999", "1000000000000000"), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String));
const double = fc.oneof(fc.constantFrom("0.1", "-0.0", "1e308", "5e-324", "1.0", "5.0", "1e16", "1e-7", "123456789012345680", "nan", "inf", "-inf"), fc.double({ noNaN: true }).map(String));
const two = (least: number, most: number) => fc.integer({ min: least, max: most }).map((value) => String(value).padStart(2, "0"));
const date = fc.tuple(fc.constantFrom("1899", "1900", "1970", "2024", "9999"), two(1, 12), two(1, 28)).map((parts) => parts.join("-"));
const time = fc.tuple(two(0, 23), two(0, 59), two(0, 59), fc.constantFrom("", ".5", ".123", ".000001")).map(([hour, minute, second, rest]) => `${hour}:${minute}:${second}${rest}`);
const list = <Value>(items: fc.Arbitrary<Value>) => fc.array(items, { maxLength: 3 });
const sql = (value: string | null): string => (value === null ? "NULL" : quoteLiteral(value));

/** Cells as SQL, by DuckDB type. */
const cells: Record<string, fc.Arbitrary<string>> = {
  VARCHAR: text.map(sql),
  BIGINT: whole,
  UBIGINT: fc.constantFrom("0", "18446744073709551615", "1"),
  DOUBLE: double.map(sql),
  "DECIMAL(18,2)": fc.constantFrom("0.50", "-1.25", "1234567890123456.78", "3.00"),
  "DECIMAL(38,10)": fc.constantFrom("0.0000000001", "1234567890123456789012345678.0123456789"),
  BOOLEAN: fc.constantFrom("true", "false"),
  DATE: date.map(sql),
  TIME: time.map(sql),
  TIMESTAMP: fc.tuple(date, time).map((parts) => sql(parts.join(" "))),
  "TIMESTAMP WITH TIME ZONE": fc.tuple(date, time, fc.constantFrom("+00", "+05:30", "-08")).map(([day, hour, zone]) => sql(`${day} ${hour}${zone}`)),
  BLOB: fc.uint8Array({ maxLength: 8 }).map((bytes) => `from_hex('${Buffer.from(bytes).toString("hex")}')`),
  "VARCHAR[]": list(fc.option(text)).map((items) => `[${items.map(sql).join(", ")}]`),
  "BIGINT[]": list(whole).map((items) => `[${items.join(", ")}]`),
  'STRUCT("role name" VARCHAR, n BIGINT, l VARCHAR[])': fc.tuple(fc.option(text), whole, list(text)).map(([role, n, l]) => `{'role name': ${sql(role)}, 'n': ${n}, 'l': [${l.map(sql).join(", ")}]}`),
  "MAP(VARCHAR, BIGINT)": fc.uniqueArray(text, { maxLength: 3 }).chain((keys) => fc.tuple(...keys.map(() => whole)).map((values) => `MAP {${keys.map((key, index) => `${sql(key)}: ${values[index] ?? "0"}`).join(", ")}}`)),
};

interface Table {
  names: string[];
  types: string[];
  rows: string[][];
}

const tables = (types: readonly string[]): fc.Arbitrary<Table> =>
  fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 5 }).chain((chosen) =>
    fc.record({
      names: names(chosen.length),
      types: fc.constant(chosen),
      rows: fc.array(fc.tuple(...chosen.map((type) => fc.option(cells[type] as fc.Arbitrary<string>, { nil: "NULL", freq: 6 }))), { minLength: 1, maxLength: 6 }),
    }),
  );

let count = 0;

it("writes a text within JSON to CSV without the quotes of JSON", async () => {
  const path = join(loader.folder, "mixed.csv");
  const from = `(VALUES ('1'::JSON), ('"x"'), ('0.5'), ('"say ""é"""'), ('{"a":"b"}'), (NULL)) t(id)`.replaceAll('""é""', String.raw`\"é\"`);
  await exportRows(loader.session, { from, names: ["id"], format: "csv", spreadsheetSafe: false, path });
  expect(await readFile(path, "utf8")).toBe('id\n1\nx\n0.5\n"say ""é"""\n"{""a"":""b""}"\n""\n');
});

/** Writes a table, reads the file, and returns both as DuckDB types and text. */
async function roundTrip({ names: wanted, types, rows }: Table, format: ExportFormat, spreadsheetSafe = false) {
  const view = `hard${count++}`;
  const values = rows.map((row, index) => `(${[...row.map((cell, column) => `CAST(${cell} AS ${types[column] ?? ""})`), String(index)].join(", ")})`);
  await loader.session.run(`CREATE TEMP VIEW ${view} AS SELECT * EXCLUDE (n_o_) FROM (VALUES ${values.join(", ")}) t(${[...wanted, "n_o_"].map((name) => quoteIdentifier(name)).join(", ")}) ORDER BY n_o_`);
  const path = join(loader.folder, `${view}.${format}`);
  await exportRows(loader.session, { from: view, names: wanted, format, spreadsheetSafe, path });
  const table = await loader.loadPath(path, { header: format === "csv" ? "yes" : "auto" });
  expect(table.failed).toEqual([]);
  const asText = async (from: string) => (await loader.session.query(`SELECT ${wanted.map((name, index) => `${quoteIdentifier(name)}::VARCHAR AS c${index}`).join(", ")} FROM ${from}`)).map((row) => Object.values(row) as (string | null)[]);
  expect(table.columns.map(({ name }) => name)).toEqual(wanted);
  const result = { before: await asText(view), after: await asText(`(${table.query})`), types: table.typeList };
  await loader.session.run(`DROP VIEW ${view}`);
  await rm(path);
  return result;
}

it("a value that begins with a byte order mark keeps it, in the first cell too", async () => {
  for (const spreadsheetSafe of [false, true]) {
    for (const value of ["\ufeff", "\ufeffx", '\ufeff"', "\ufeff,", "\ufeff\ufeff"]) {
      const { before, after } = await roundTrip({ names: ["a", "b"], types: ["VARCHAR", "VARCHAR"], rows: [[sql(value), sql("x")]] }, "csv", spreadsheetSafe);
      expect(after).toEqual(before);
    }
  }
});

const everything = Object.keys(cells);
const runs = { numRuns: 60, endOnFailure: true };

describe("what an export writes, a source reads back", () => {
  it.each(["parquet", "xlsx"] as const)("%s: names, types and values", async (format) => {
    await fc.assert(
      fc.asyncProperty(tables(everything), async (table) => {
        const { before, after, types } = await roundTrip(table, format);
        expect(types).toEqual(table.types);
        expect(after).toEqual(before);
      }),
      runs,
    );
  });

  it("JSON lines: names, values, and the types that JSON has", async () => {
    const own = ["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR[]", "BIGINT[]", 'STRUCT("role name" VARCHAR, n BIGINT, l VARCHAR[])'];
    const asText = ["DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"];
    await fc.assert(
      fc.asyncProperty(tables([...own, ...asText, "UBIGINT"]), async (table) => {
        const { before, after, types } = await roundTrip(table, "jsonl");
        expect(after).toEqual(before);
        for (const [index, type] of table.types.entries()) {
          // Of a column of nothing, and of lists of nothing, no type can be told.
          const isTold = before.some((row) => row[index] !== null) && !type.includes("[");
          if (isTold && own.includes(type)) expect(types[index]).toBe(type);
          if (isTold && asText.includes(type)) expect(types[index]).toBe("VARCHAR");
        }
      }),
      runs,
    );
  });

  it.each([true, false])("CSV, for spreadsheets %s: names and values, and text that looks like a number", async (spreadsheetSafe) => {
    const own = ["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"];
    await fc.assert(
      fc.asyncProperty(tables([...own, "DECIMAL(18,2)", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"]), async (table) => {
        const { before, after, types } = await roundTrip(table, "csv", spreadsheetSafe);
        // A line of nothing is no row, so a column alone has empty text for null.
        const isAlone = table.types.length === 1;
        expect(after.map((row) => row.map((cell) => (isAlone ? (cell ?? "") : cell)))).toEqual(before.map((row) => row.map((cell) => (isAlone ? (cell ?? "") : cell))));
        for (const [index, type] of table.types.entries()) {
          const told = before.flatMap((row) => row[index] ?? []).filter((cell) => !["nan", "inf", "-inf"].includes(cell));
          if (told.length > 0 && own.includes(type)) expect(types[index]).toBe(type);
        }
      }),
      runs,
    );
  });
});
