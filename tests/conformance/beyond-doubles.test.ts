import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestTables, type TestTables } from "@/lib/tables/test-tables";
import { createTableView } from "@/lib/tables/table-view";
import type { InputTable, TableRunner } from "@/lib/steps/_sdk/step-runner";
import { run as concat } from "@/lib/steps/tables/concat/runner";
import { run as join } from "@/lib/steps/tables/join/runner";

let tables: TestTables;
beforeAll(async () => {
  tables = await openTestTables();
});
afterAll(() => tables.close());

let count = 0;
async function open(query: string): Promise<InputTable> {
  const name = `table${String(++count)}`;
  const manifest = await tables.writeTable(name, [query]);
  const view = await createTableView(tables.session, { name, dataFolder: tables.dataFolder, manifest });
  return { view, columns: manifest.columns, rows: manifest.rows };
}

/** What a step gives for tables that no fixture can hold, since JSON has no such numbers. */
async function give(runner: unknown, params: unknown, queries: Record<string, string>): Promise<unknown[]> {
  const opened = await Promise.all(Object.entries(queries).map(async ([port, query]) => [port, await open(query)] as const));
  const rows: unknown[] = [];
  const emit = async (_: string, query: string): Promise<number> => {
    rows.push(...(await tables.session.query(`SELECT id::VARCHAR AS id FROM (${query})`)).map(({ id }) => id));
    return rows.length;
  };
  const context = { params, sql: tables.session, input: (port: string) => Object.fromEntries(opened)[port], inputs: () => opened.map(([, table]) => table), emit, emitMany: emit, reject: () => Promise.resolve() };
  await (runner as TableRunner<unknown>).run(context as never);
  return rows;
}

const whole = "SELECT unnest([9007199254740993, 9007199254740992, 3, NULL]) AS id";

describe("concat", () => {
  const params = { match: "by-name", types: "widen" };

  it("keeps whole numbers that no double holds, beside fractions", async () => {
    expect(await give(concat, params, { a: whole, b: "SELECT 0.25::DOUBLE AS ID" })).toEqual(["9007199254740993.00", "9007199254740992.00", "3.00", null, "0.25"]);
    expect(await give(concat, params, { a: "SELECT 3 AS id", b: "SELECT 0.25::DOUBLE AS id" })).toEqual(["3.0", "0.25"]);
  });

  it("says so where no number holds both", async () => {
    await expect(give(concat, params, { a: whole, b: "SELECT 1e-30::DOUBLE AS id" })).rejects.toMatchObject({ code: "columns_differ" });
  });
});

it("joins no whole number with its neighbour", async () => {
  const keys = { keys: [{ left: "id", right: "id" }], suffix: "_right" };
  const sides = { left: whole, right: "SELECT unnest([9007199254740992.0, 3.0, 0.5, NULL])::DOUBLE AS id" };
  expect(await give(join, { kind: "inner", ...keys }, sides)).toEqual(["9007199254740992", "3"]);
  expect(await give(join, { kind: "anti", ...keys }, sides)).toEqual(["9007199254740993", null]);
});
