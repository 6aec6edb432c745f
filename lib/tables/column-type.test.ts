import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeColumn, shapeOf, structMembers } from "./column-type";
import { queryPage } from "./query-page";
import { readRow } from "./read-row";
import { openTestTables, type TestTables } from "./test-tables";
import { createRowWriter } from "./write-rows";

let tables: TestTables;
beforeAll(async () => {
  tables = await openTestTables();
});
afterAll(() => tables.close());

const turn = "{role: 'user', content: 'hi'}";

/** An expression, its type, and what the whole cell is. */
const values: [string, string, unknown][] = [
  ["DATE '2024-02-29'", "date", "2024-02-29"],
  ["TIME '06:00:00'", "time", "06:00:00"],
  ["TIMESTAMP '2024-02-29 06:00:00'", "timestamp", "2024-02-29 06:00:00"],
  ["TIMESTAMPTZ '2024-03-10 02:30:00-05:00'", "timestamp", "2024-03-10 07:30:00+00"],
  ["12.50::DECIMAL(6, 2)", "number", "12.50"],
  ["12345678901234567890123456789::DECIMAL(38, 0)", "integer", "12345678901234567890123456789"],
  ["170141183460469231731687303715::HUGEINT", "integer", "170141183460469231731687303715"],
  ["18446744073709551615::UBIGINT", "integer", "18446744073709551615"],
  ["'\\x00\\xFF'::BLOB", "binary", "AP8="],
  ["{bytes: '\\x89PNG'::BLOB, path: 'a.png'}", "image", { bytes: "iVBORw==", path: "a.png" }],
  ["MAP {'k': 1.5::DOUBLE}", "object", { k: 1.5 }],
  ["{a: [1::HUGEINT], \"HUGEINT\": 'x'}", "object", { a: [1], HUGEINT: "x" }],
  [`[${turn}]`, "messages", [{ role: "user", content: "hi" }]],
  ["[{type: 'function', function: {name: 'f', parameters: '{}'::JSON}}]", "tools", [{ type: "function", function: { name: "f", parameters: {} } }]],
  ["[1.5::FLOAT]", "vector", [1.5]],
  ["['a', NULL]", "list", ["a", null]],
];

describe("types of columns", () => {
  it.each(values)("%s is %s from the stored part to the row", async (sql, type, cell) => {
    const manifest = await tables.writeTable("typed", [`SELECT ${sql} AS x`]);
    expect(manifest.columns[0]).toMatchObject({ name: "x", type });
    const { dataFolder, session } = tables;
    expect((await readRow(session, { dataFolder, manifest, row: 0 })).values["x"]).toEqual(cell);
    expect((await queryPage(session, { dataFolder, manifest, offset: 0, limit: 1 })).rows[0]?.values["x"]).toBeDefined();
  });

  it("keeps the shape of what is more than its type, and none of what is not", () => {
    expect(describeColumn("x", "BIGINT")).toEqual({ name: "x", type: "integer" });
    expect(describeColumn("x", "DECIMAL(6,2)")).toEqual({ name: "x", type: "number", shape: "DECIMAL(6,2)" });
    expect(shapeOf(describeColumn("x", "TIMESTAMP WITH TIME ZONE"))).toBe("TIMESTAMP WITH TIME ZONE");
    expect(shapeOf({ type: "object" })).toBe("JSON");
  });

  it("reads the members of a struct, whatever they are called", () => {
    expect([...structMembers('STRUCT("a, b" VARCHAR, "q""(" STRUCT(x INTEGER, y DECIMAL(3,1))[], c ENUM(\'(\', \',\'))')]).toEqual([
      ["a, b", "VARCHAR"],
      ['q"(', "STRUCT(x INTEGER, y DECIMAL(3,1))[]"],
      ["c", "ENUM('(', ',')"],
    ]);
    expect(structMembers("VARCHAR").size).toBe(0);
  });

  it("stores a conversation that a step makes as structs, the same whatever its turns hold", async () => {
    const { dataFolder, session } = tables;
    const writer = await createRowWriter(session, { name: "chats", columns: [{ name: "m", type: "messages" }, { name: "d", type: "date" }, { name: "b", type: "binary" }] });
    const messages = [{ role: "user", content: "q" }, { role: "assistant", content: null, tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }] }];
    writer.append([{ parent: null, values: { m: messages, d: "2024-02-29", b: "AP8=" }, call: null }]);
    const manifest = await tables.writeTable("chats", [`SELECT m, d, b FROM ${writer.table}`]);
    writer.close();
    expect(manifest.columns.map(({ type }) => type)).toEqual(["messages", "date", "binary"]);
    const { values } = await readRow(session, { dataFolder, manifest, row: 0 });
    expect(values).toMatchObject({ m: [{ role: "user", content: "q", tool_calls: null }, { content: null, tool_calls: [{ function: { name: "f", arguments: "{}" } }] }], d: "2024-02-29", b: "AP8=" });
  });

  it("shows a cell with numbers that no double holds as the text that is stored", async () => {
    const { dataFolder, session } = tables;
    const manifest = await tables.writeTable("big", ["SELECT {id: 1234567890123456789, n: 1.5::DOUBLE} AS s, '{\"id\": 1234567890123456789, \"x\": 0.1, \"e\": 1e400}'::JSON AS j, [9007199254740993] AS l, '{\"x\":0.30000000000000004,\"y\":1.10,\"z\":1e21}'::JSON AS d"]);
    const whole = await readRow(session, { dataFolder, manifest, row: 0 });
    const expected = { s: '{"id":1234567890123456789,"n":1.5}', j: '{"id":1234567890123456789,"x":0.1,"e":1e400}', l: "[9007199254740993]", d: { x: 0.30000000000000004, y: 1.1, z: 1e21 } };
    expect(whole.values).toEqual(expected);
    expect((await queryPage(session, { dataFolder, manifest, offset: 0, limit: 1 })).rows[0]?.values).toEqual(expected);
  });
});
