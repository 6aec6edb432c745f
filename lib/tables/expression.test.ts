import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DuckDb, openDuckDb } from "./duckdb";
import { checkExpression } from "./expression";
import { quoteIdentifier } from "./quote-identifier";
import type { TableSession } from "./table-session";
import { ROW } from "@/lib/steps/_sdk/own-columns";

let dataFolder: string;
let db: DuckDb;
let session: TableSession;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "reverie-expressions-"));
  db = await openDuckDb({ dataFolder, memoryLimitMb: 256, threads: 1 });
  session = await db.openSession({ readable: [dataFolder] });
});

afterAll(async () => {
  session.close();
  await db.close();
  await rm(dataFolder, { recursive: true });
});

describe("checkExpression", () => {
  const columns = [
    { name: "Text", type: "text" as const },
    { name: "n", type: "integer" as const },
    { name: "o", type: "object" as const },
  ];

  it.each([
    ["upper(text) || n", ["Text", "n"]],
    [
      "CASE WHEN n BETWEEN 1 AND 3 OR n IN (7, 8) THEN 'a' ELSE text END",
      ["n", "Text"],
    ],
    [
      "list_transform(string_split(text, ' '), lambda w: length(w) + n)",
      ["Text", "n"],
    ],
    ["o ->> '$.key'", ["o"]],
    ["o.key IS NOT NULL", ["o"]],
    ["TRY(CAST(text AS INTEGER))", ["Text"]],
    ["regexp_replace(text, '\\s+', ' ', 'g')", ["Text"]],
    ["text LIKE 'a%' -- a remark", ["Text"]],
    ["coalesce(nullif(text, ''), split_part(text, ' ', 1))", ["Text"]],
  ])("takes %s", async (expression, used) => {
    const checked = await checkExpression(session, expression, columns);
    expect(checked.columnsUsed).toEqual(used);
    await session
      .query(
        `SELECT ${checked.sql} FROM (SELECT 'a b' AS "Text", 1 AS n, {'key': 'v'}::JSON AS o WHERE false)`,
      )
      .catch((error: unknown) => {
        // A struct access on JSON is for the binder to refuse; all else has to bind.
        if (expression !== "o.key IS NOT NULL") throw error;
      });
  });

  it.each([
    "(SELECT 1)",
    "EXISTS (SELECT 1)",
    "sum(n)",
    "row_number() OVER ()",
    "*",
    "?",
    "$1",
    "random()",
    "repeat(text, 4000000000)",
    "lpad(text, 2000000000, 'x')",
    "now()",
    "current_setting('threads')",
    "getvariable('x')",
    "read_text('/etc/passwd')",
    "nextval('s')",
    "sleep_ms(1000)",
    "uuid()",
    "unnest([1])",
    "COLUMNS(*)",
    "main.sum(n)",
    "system.main.upper(text)",
    "query('SELECT 1')",
    "list_transform([1], lambda x: (SELECT 1))",
    "write_log('x')",
    "version()",
    "error('x')",
    "count(*)",
    "n FILTER (WHERE true)",
  ])("refuses %s", async (expression) => {
    await expect(
      checkExpression(session, expression, columns),
    ).rejects.toMatchObject({
      code: expect.stringMatching(
        /^(expression_forbidden|expression_invalid)$/,
      ) as string,
    });
  });

  it.each([
    "",
    "n +",
    "1), (2",
    "1) FROM range(3) t(n",
    "1) AS x, (2",
    "1); SELECT (1",
    "n) ORDER BY (n",
    "n) LIMIT (1",
    "1) UNION SELECT (2",
  ])("cannot read %s", async (expression) => {
    await expect(
      checkExpression(session, expression, columns),
    ).rejects.toMatchObject({ code: "expression_invalid" });
  });

  it("names a column that is not there, Reverie's own among them", async () => {
    await expect(
      checkExpression(session, "missing + 1", columns),
    ).rejects.toMatchObject({ code: "column_missing" });
    await expect(
      checkExpression(session, `${ROW} + 1`, columns),
    ).rejects.toMatchObject({ code: "column_missing" });
    await expect(
      checkExpression(session, "current_date", columns),
    ).rejects.toMatchObject({ code: "column_missing" });
    await expect(
      checkExpression(session, "file_row_number", columns),
    ).rejects.toMatchObject({ code: "column_missing" });
  });
});

describe("identifiers", () => {
  it("survive any name", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .string({ minLength: 1, unit: "grapheme" })
          .filter((name) => !name.includes("\0")),
        async (name) => {
          const rows = await session.query(
            `SELECT 1 AS ${quoteIdentifier(name)}`,
          );
          expect(Object.keys(rows[0] ?? {})).toEqual([name]);
        },
      ),
      { numRuns: 100, examples: [['a"; DROP TABLE x; --'], ['""'], ["\n"], ["__proto__"], ["constructor"]] },
    );
  });
});
