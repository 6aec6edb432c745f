import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SourceLoader } from "@/tests/support/source-loader";

let loader: SourceLoader;
beforeAll(async () => {
  loader = await SourceLoader.open();
});
afterAll(() => loader.close());

const lines = (...rows: string[]) => loader.load("a.jsonl", `${rows.join("\n")}\n`);
const document = (text: string) => loader.load("a.json", text);

describe("names and numbers as they are written", () => {
  it("keeps names with a fraction in them", async () => {
    const table = await lines('{"q":"a","GPT-4.0 answer":"yes","level 2.0, easy":1,"in":{"CC BY 4.0 licence":3.0}}');
    expect(table.types).toEqual({ q: "VARCHAR", "GPT-4.0 answer": "VARCHAR", "level 2.0, easy": "BIGINT", in: 'STRUCT("CC BY 4.0 licence" DOUBLE)' });
    expect(table.all[0]).toMatchObject({ "GPT-4.0 answer": "yes", "level 2.0, easy": 1n });
  });

  it("keeps the order of names that are numbers", async () => {
    expect((await lines('{"b":1,"2019":2,"1":3,"a":4}')).columns.map(({ name }) => name)).toEqual(["b", "2019", "1", "a"]);
  });

  it.each([
    ["BIGINT", ["9223372036854775807", "9007199254740993", "-9223372036854775808"]],
    ["UBIGINT", ["12345678901234567890", "1"]],
    ["DECIMAL(38,0)", ["12345678901234567890123", "-1"]],
    ["DOUBLE", ["5.0", "1.0"]],
    ["DOUBLE", ["0.30000000000000004", "1e-07", "-0.0"]],
    ["DECIMAL(18,1)", ["9007199254740993.0", "0.5"]],
    ["DECIMAL(26,17)", ["123456789.12345678901234567", "0.10000000000000000"]],
    ["JSON", ["1e400", "2"]],
  ])("%s holds %j exactly", async (type, numbers) => {
    const table = await lines(...numbers.map((number) => `{"n":${number}}`));
    expect(table.types["n"]).toBe(type);
    expect((await loader.texts(table, "n")).map((text) => text?.replaceAll('"', ""))).toEqual(numbers);
  });

  it("keeps each of whole numbers and fractions that no double holds together", async () => {
    const table = await lines('{"n":9007199254740993}', '{"n":0.5}', '{"n":null}');
    expect(table.types["n"]).toBe("DECIMAL(18,1)");
    expect(await loader.texts(table, "n")).toEqual(["9007199254740993.0", "0.5", null]);
  });

  it("keeps numbers within lists and objects", async () => {
    const table = await lines('{"o":{"id":12345678901234567890,"l":[9007199254740993,0.25]}}');
    expect(table.types["o"]).toBe("STRUCT(id UBIGINT, l DECIMAL(18,2)[])");
    expect(await loader.texts(table, "o")).toEqual(["{'id': 12345678901234567890, 'l': [9007199254740993.00, 0.25]}"]);
  });

  it("reads NaN and infinities, as Python writes them", async () => {
    const table = await lines('{"n":NaN,"o":{"a":NaN}}', '{"n":-Infinity,"o":{"a":1.5}}', '{"n":2,"o":{"a":Infinity}}');
    expect(table.failed).toEqual([]);
    expect(await loader.texts(table, "n")).toEqual(["nan", "-inf", "2.0"]);
  });
});

describe("objects with other keys in other rows", () => {
  it("are given none that they did not have", async () => {
    const values = ['{"city":"Hanoi"}', '{"q":"x"}', "{}", '{"q":null}', null];
    const table = await lines(...values.map((value) => `{"args":${value ?? "null"}}`));
    expect(table.types).toEqual({ args: "JSON" });
    expect(await loader.texts(table, "args")).toEqual(values);
  });

  it("are so only where they differ", async () => {
    const table = await lines('{"o":{"id":1,"in":{"a":1},"l":[{"x":1},{}]}}', '{"o":{"in":{"b":2},"id":null,"l":[]}}');
    expect(table.types).toEqual({ o: "STRUCT(id BIGINT, \"in\" JSON, l JSON[])" });
  });

  it("are still turns of a conversation, and tools", async () => {
    const table = await lines(
      '{"m":[{"role":"user","content":"a"},{"role":"assistant","content":"b","name":"c"}],"t":[{"type":"function","function":{"name":"f","parameters":{"properties":{"a":{"type":"string"}}}}}]}',
      '{"m":[{"role":"user","content":"a"}],"t":[{"type":"function","function":{"name":"g","description":"d","parameters":{"properties":{}}}}]}',
    );
    expect(table.columns.map(({ type }) => type)).toEqual(["messages", "tools"]);
    expect(table.types["t"]).toBe('STRUCT("type" VARCHAR, "function" STRUCT("name" VARCHAR, parameters STRUCT(properties JSON), description VARCHAR))[]');
  });
});

describe("rows that are set aside", () => {
  it.each([
    ["a key twice", '{"a":1,"a":2,"b":"z"}', /“a” is there twice/],
    ["a key twice further in", '{"a":{"x":1,"x":2}}', /twice/],
    ["half of a pair", '{"a":"\\ud800"}', /surrogate/],
    ["a line break in a text", '{"a":"x\ty"}', /escaped/],
    ["a comma too many", '{"a":1,}', /key/],
    ["a zero before a number", '{"a":01}', /value/],
    ["an end that comes too early", '{"a":', /ends/],
    ["more after the end", '{"a":1} x', /more/],
    ["a number", "5", /object/],
  ])("%s", async (_, row, detail) => {
    const table = await lines('{"a":1}', row, '{"a":2}');
    expect(table.rows).toBe(2);
    expect(table.failed).toMatchObject([{ code: "file_json_line", data: { line: 2, detail: expect.stringMatching(detail) as string } }]);
  });

  it("sets aside a row with a bad byte", async () => {
    const table = await loader.load("a.jsonl", Buffer.concat([Buffer.from('{"a":"é"}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{"a":"ü"}\n')]));
    expect(table.all).toEqual([{ a: "é" }, { a: "ü" }]);
    expect(table.failed).toMatchObject([{ code: "file_encoding", data: { line: 2 } }]);
  });
});

describe("documents", () => {
  const rows = [{ q: "q1", a: 1n }, { q: "q2", a: 2n }];

  it.each([
    ["a list of objects", '[{"q":"q1","a":1},{"q":"q2","a":2}]'],
    ["columns as lists", '{"q":["q1","q2"],"a":[1,2]}'],
    ["pandas' columns", '{"q":{"0":"q1","1":"q2"},"a":{"0":1,"1":2}}'],
    ["pandas' index", '{"0":{"q":"q1","a":1},"1":{"q":"q2","a":2}}'],
    ["pandas' split", '{"columns":["q","a"],"index":[0,1],"data":[["q1",1],["q2",2]]}'],
    ["pandas' table", '{"schema":{"fields":[{"name":"q","type":"string"},{"name":"a","type":"integer"},{"name":"c","type":"x"}]},"data":[{"q":"q1","a":1},{"q":"q2","a":2}]}'],
    ["rows of cells under their names", '[["q","a"],["q1",1],["q2",2]]'],
    ["one after another on many lines", '{\n  "q": "q1",\n  "a": 1\n}\n{\n  "q": "q2",\n  "a": 2\n}\n'],
    ["one after another without a space", '{"q":"q1","a":1}{"q":"q2","a":2}'],
  ])("%s", async (_, text) => {
    const table = await document(text);
    expect(table.all).toEqual(rows);
    expect(table.failed).toEqual([]);
  });

  it("keeps an index that is more than a count", async () => {
    expect((await document('{"q":{"3":"q1","7":"q2"},"a":{"3":1,"7":2}}')).all).toEqual([{ index: 3n, q: "q1", a: 1n }, { index: 7n, q: "q2", a: 2n }]);
    expect((await document('{"columns":["q"],"index":["x","y"],"data":[["q1"],["q2"]]}')).all).toEqual([{ index: "x", q: "q1" }, { index: "y", q: "q2" }]);
    expect((await document('{"ann":{"age":1,"city":"x"},"bob":{"age":2,"city":"y"}}')).all).toEqual([{ index: "ann", age: 1n, city: "x" }, { index: "bob", age: 2n, city: "y" }]);
    expect((await document('{"age":{"ann":1,"bob":2},"city":{"ann":"x","bob":"y"}}')).all).toEqual([{ index: "ann", age: 1n, city: "x" }, { index: "bob", age: 2n, city: "y" }]);
  });

  it("reads pretty-printed objects with lists in them, one after another", async () => {
    const objects = [1, 2, 3].map((id) => JSON.stringify({ id, tags: [{ t: "x" }, { t: "y" }] }, null, 2));
    const table = await document(objects.join("\n"));
    expect(table.all.map(({ id }) => id)).toEqual([1n, 2n, 3n]);
    expect(table.noted).toEqual(["documents"]);
  });

  it("reads a list over many lines that is called .jsonl", async () => {
    const table = await loader.load("a.jsonl", JSON.stringify([{ a: 1, b: [] }, { a: 2, b: [3] }], null, 2));
    expect(table.all.map(({ a }) => a)).toEqual([1n, 2n]);
    expect(table.failed).toEqual([]);
    expect(table.noted).toContain("json_document");
  });

  it("takes the longest list of objects, and says what it left out", async () => {
    const table = await document('{"info":{"year":2024},"licenses":[{"id":1}],"annotations":[{"id":5},{"id":6}],"total":2}');
    expect(table.all).toEqual([{ id: 5n }, { id: 6n }]);
    expect(table.notes).toEqual([{ code: "rows_taken_from", data: { path: "annotations", others: "licenses (1), info, total", count: 3 }, param: "rowsPath" }]);
    expect((await loader.load("b.json", '{"licenses":[{"id":1}],"annotations":[{"id":5},{"id":6}]}', { rowsPath: "licenses" })).all).toEqual([{ id: 1n }]);
  });

  it("takes a document as one row if a person says so", async () => {
    expect((await loader.load("b.json", '{"a":[{"x":1}],"b":2}', { rowsPath: "." })).columns.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("keeps vectors and lists of unequal length as they are", async () => {
    expect((await document("[[1,2],[3]]")).types).toEqual({ value: "BIGINT[]" });
    expect((await document(`[${[1, 2].map(() => JSON.stringify(Array.from({ length: 16 }, (_, index) => index))).join()}]`)).types).toEqual({ value: "BIGINT[]" });
  });
});
