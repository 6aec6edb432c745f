import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ColumnType } from "@/lib/steps/_sdk/columns";
import { runRowProgram, type RowProgram, type RowTotals } from "./run-row-program";

interface Line {
  row: number;
  place?: number;
  c0?: unknown;
  failed?: string;
  data?: string;
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-sandbox-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function runCode(
  code: string,
  { values = [{ n: 0 }, { n: 1 }, { n: 2 }], type = "text", ...limits }: { values?: unknown[]; type?: ColumnType } & Partial<RowProgram> = {},
): Promise<{ totals: RowTotals; lines: Line[] }> {
  const input = join(folder, "rows.jsonl");
  const output = join(folder, "results.jsonl");
  await writeFile(input, values.map((row, index) => `${JSON.stringify({ row: index, values: row })}\n`).join(""));
  const program = { code, columns: [{ name: "v", type }], seed: 0, milliseconds: 700, memoryMb: 16, ...limits };
  const totals = await runRowProgram(program, { input, output, signal: new AbortController().signal });
  const text = await readFile(output, "utf8");
  return { totals, lines: text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Line) };
}

describe("whole numbers beyond 2^53", () => {
  const line = '{"n":9007199254740993,"l":[9007199254740993,1,"9007199254740993","say \\"9007199254740993"],"o":{"id":-12345678901234567890}}';

  it.each([
    ["text", "(row) => ({ v: String(row.n) + row.o.id + typeof row.l[1] })", "9007199254740993-12345678901234567890number"],
    ["integer", "(row) => ({ v: row.n })", "9007199254740993"],
    ["object", "(row) => ({ v: row.o })", '{"id":-12345678901234567890}'],
    ["list", "(row) => ({ v: row.l })", '[9007199254740993,1,"9007199254740993","say \\"9007199254740993"]'],
    ["text", "(row) => ({ v: row.l })", '[9007199254740993,1,"9007199254740993","say \\"9007199254740993"]'],
  ] as const)("keep their digits as %s in %s", async (type, code, wanted) => {
    const input = join(folder, "whole.jsonl");
    const output = join(folder, "whole-results.jsonl");
    await writeFile(input, `{"row":0,"values":${line}}\n`);
    await runRowProgram({ code, columns: [{ name: "v", type }], seed: 0, milliseconds: 700, memoryMb: 16 }, { input, output, signal: new AbortController().signal });
    const quoted = type === "text" || type === "integer" ? JSON.stringify(wanted) : wanted;
    expect(await readFile(output, "utf8")).toBe(`{"row":0,"place":0,"c0":${quoted}}\n`);
  });
});

const valuesOf = (lines: Line[]): unknown[] => lines.map(({ c0, failed }) => failed ?? c0);

describe("a row that misbehaves fails alone", () => {
  it.each([
    ["loops for ever", "while (true) {}", "row_code_too_slow"],
    ["loops for ever and catches all", "for (;;) { try { while (true) {} } catch {} finally { continue; } }", "row_code_too_slow"],
    ["loops for ever in a getter of its result", "return { get v() { while (true) {} } }", "row_code_too_slow"],
    ["loops for ever in a regular expression", "return { v: /^(a+)+$/.test('a'.repeat(40) + '!') }", "row_code_too_slow"],
    ["loops for ever while its error is shown", "throw { get message() { while (true) {} } }", "row_code_too_slow"],
    ["allocates without end", "const a = []; while (true) a.push('x'.repeat(10_000) + a.length)", "row_code_too_large"],
    ["allocates arrays without end", "const a = []; while (true) a.push(new Array(1000).fill(1.5))", "row_code_too_large"],
    ["allocates small objects without end and catches all", "const a = []; for (;;) { try { a.push({ a }) } catch (e) { return { v: a.length } } }", "row_code_too_large"],
    ["allocates one large block", "return { v: 'x'.repeat(2 ** 29) }", "row_code_too_large"],
    ["gives a huge text", "return { v: 'x'.repeat(9_000_000) }", "row_code_too_large"],
    ["gives a huge list", "return Array.from({ length: 5e5 }, () => ({ v: 'some words here' }))", "row_code_too_large"],
    ["recurses without end", "const f = () => f() + 1; return { v: f() }", "row_code_failed"],
    ["recurses through JSON", "let a = []; for (let i = 0; i < 1e4; i++) a = [a]; return { v: a }", "row_code_failed"],
    ["throws", "throw new Error('no')", "row_code_failed"],
    ["throws nothing", "throw undefined", "row_code_failed"],
    ["throws what cannot be shown", "throw { get message() { throw 1 } }", "row_code_failed"],
    ["reads a file by require", "return { v: require('fs').readFileSync('/etc/passwd') }", "row_code_failed"],
    ["reads the environment", "return { v: process.env.HOME }", "row_code_failed"],
    ["opens a connection", "return { v: fetch('http://127.0.0.1') }", "row_code_failed"],
    ["sets a timer", "setTimeout(() => {}, 1); return { v: 1 }", "row_code_failed"],
    ["looks for the host", "return { v: (() => {}).constructor('return process.pid')() }", "row_code_failed"],
    ["uses QuickJS's own modules", "return { v: std.loadFile('/etc/passwd') + os.getcwd() }", "row_code_failed"],
    ["waits", "return (async () => ({ v: 1 }))()", "row_result_unfit"],
    ["gives a number", "return 42", "row_result_unfit"],
    ["gives a function", "return () => 1", "row_result_unfit"],
    ["gives a list of garbage", "return [{ v: 1 }, 'x']", "row_result_unfit"],
    ["gives a symbol", "return { v: Symbol('x') }", "row_result_unfit"],
  ])("%s", async (_, body, code) => {
    const { totals, lines } = await runCode(`(row) => { if (row.n === 1) { ${body} } return { v: row.n } }`);
    expect(valuesOf(lines)).toEqual(["0", code, "2"]);
    expect(lines[1]?.data).toBeTypeOf("string");
    expect(totals).toEqual({ made: 2, dropped: 0, failed: 1 });
  });

  it("has no modules", async () => {
    const { lines } = await runCode("(row) => { import('fs').then((fs) => { globalThis.fs = fs }); return { v: typeof globalThis.fs } }");
    expect(valuesOf(lines).every((value) => value === "undefined" || value === "row_code_failed")).toBe(true);
  });
});

describe("nothing leaks into the next row", () => {
  it.each([
    ["a property of all objects", "Object.prototype.leak = 1"],
    ["a property by __proto__", "({}).__proto__.leak = 1"],
    ["a key __proto__ of the row", "row.__proto__.leak = 1"],
    ["a property of all lists", "Array.prototype.leak = 1"],
    ["a property of generators", "Object.getPrototypeOf(function* () {}).leak = 1"],
    ["a global", "globalThis.leak = 1"],
    ["an undeclared variable", "leak = 1"],
    ["an undeclared variable of a sloppy function", "Function('leak = 1')()"],
    ["a variable of an indirect eval", "(0, eval)('var leak = 1')"],
    ["a lexical variable of an indirect eval", "(0, eval)('let leak = 1')"],
    ["another JSON.stringify", "JSON.stringify = () => '\"leak\"'"],
    ["another push", "Array.prototype.push = () => { throw 1 }"],
    ["another clock", "Date.now = () => 1"],
  ])("%s", async (_, attack) => {
    const { lines } = await runCode(
      `(row) => { if (row.n < 2) { try { ${attack} } catch {} }
       const all = [{}, [], globalThis, Object.getPrototypeOf(function* () {})];
       return row.n < 2 ? { v: "-" } : { v: [all.some((one) => "leak" in one), typeof leak, JSON.stringify(1), Date.now()].join() } }`,
      { milliseconds: 1000 },
    );
    expect(valuesOf(lines)[2]).toBe("false,undefined,1,0");
  });

  it("a variable around the function", async () => {
    const { lines } = await runCode("(() => { let count = 0; return () => ({ v: count++ }) })()");
    expect(valuesOf(lines)).toEqual(["0", "0", "0"]);
  });
});

describe("the same each time", () => {
  const code = "(row) => ({ v: [Math.random(), Math.random(), new Date().toISOString(), Date.now(), new Date(2026, 0, 2).getTime()].join() })";

  it("chance and clock, whatever the batch", async () => {
    const many = Array.from({ length: 300 }, () => ({}));
    const all = valuesOf((await runCode(code, { values: many })).lines);
    const again = valuesOf((await runCode(`(row, n) => { if (n === 299) while (true) {} return (${code})(row) }`, { values: many })).lines);
    expect(again.slice(0, 299)).toEqual(all.slice(0, 299));
    expect(new Set(all).size).toBe(300);
    expect(String(all[0])).toContain(",1970-01-01T00:00:00.000Z,0,1767312000000");
    expect(valuesOf((await runCode(code, { values: many, seed: 1 })).lines)[0]).not.toBe(all[0]);
  });
});

it("keeps the order, the rows made of one row, and the empty ones", async () => {
  const { totals, lines } = await runCode("({ n }) => (n === 0 ? undefined : n === 1 ? [] : [{ v: 'a' }, { v: null }, {}])");
  expect(lines.map(({ row, place, failed }) => [row, place ?? failed])).toEqual([[0, "row_dropped"], [1, "row_dropped"], [2, 0], [2, 1], [2, 2]]);
  expect(totals).toEqual({ made: 3, dropped: 2, failed: 0 });
});

it.each([
  ["(row) =>", "SyntaxError"],
  ["42", "no function"],
  ["(() => { while (true) {} })()", "end"],
  ["(() => { const a = []; while (true) a.push('x'.repeat(10_000) + a.length) })()", "memory"],
  ["1); throw new Error('out'); (2", "no function"],
  [") => {", "SyntaxError"],
])("stops the step where the program cannot be used: %s", async (code, reason) => {
  await expect(runCode(code, { milliseconds: 200 })).rejects.toMatchObject({ code: "code_invalid", message: expect.stringContaining(reason) as string });
});

it("gives the person's own words for an error, and no more than 500 characters", async () => {
  const { lines } = await runCode("() => { throw new RangeError('too far ' + 'x'.repeat(10_000)) }", { values: [{}] });
  const { detail } = JSON.parse(lines[0]?.data ?? "{}") as { detail: string };
  expect(detail).toMatch(/^RangeError: too far x+$/);
  expect(detail.length).toBe(500);
});

it("stops when it is cancelled", async () => {
  const input = join(folder, "cancel.jsonl");
  await writeFile(input, '{"row":0,"values":{}}\n');
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 500);
  const program = { code: "() => { while (true) {} }", columns: [], seed: 0, milliseconds: 60_000, memoryMb: 16 };
  const started = performance.now();
  await expect(runRowProgram(program, { input, output: join(folder, "cancelled.jsonl"), signal: abort.signal })).rejects.toMatchObject({ code: "cancelled" });
  expect(performance.now() - started).toBeLessThan(5000);
});
