import { describe, expect, it } from "vitest";
import { parseRowRanges, resolveRowRanges } from "./row-ranges";

describe("parseRowRanges", () => {
  it.each([
    ["0-9, 15", [[0, 9], [15, 15]]],
    ["-1", [[-1, -1]]],
    ["-3--1;\n 4 - 2 ,", [[-3, -1], [4, 2]]],
    ["", []],
  ])("reads %j", (text, ranges) => {
    expect(parseRowRanges(text)).toEqual({ ranges: ranges.map(([from, to]) => ({ from, to })) });
  });

  it.each(["one", "1-2-3", "1.5", "1e3", "9".repeat(16), "--1"])("does not read %j", (text) => {
    expect(parseRowRanges(`0, ${text}`)).toEqual({ wrong: text });
  });
});

describe("resolveRowRanges", () => {
  const resolve = (from: number, to: number, rows = 10) => resolveRowRanges([{ from, to }], rows);
  it.each([
    [resolve(8, 12), { ranges: [{ from: 8, to: 9 }], missing: ["10-12"], repeats: false }],
    [resolve(-12, -9), { ranges: [{ from: 0, to: 1 }], missing: ["-2--1"], repeats: false }],
    [resolve(-1, 0), { ranges: [{ from: 9, to: 0 }], missing: [], repeats: false }],
    [resolve(0, 999_999_999), { ranges: [{ from: 0, to: 9 }], missing: ["10-999999999"], repeats: false }],
    [resolve(0, 0, 0), { ranges: [], missing: ["0"], repeats: false }],
    [resolve(20, 12), { ranges: [], missing: ["12-20"], repeats: false }],
  ])("keeps to the table: %j", (resolved, expected) => {
    expect(resolved).toEqual(expected);
  });

  it("sees a row that is asked for twice", () => {
    expect(resolveRowRanges([{ from: 0, to: 4 }, { from: 9, to: 4 }], 10).repeats).toBe(true);
    expect(resolveRowRanges([{ from: 0, to: 4 }, { from: 9, to: 5 }], 10).repeats).toBe(false);
    expect(resolveRowRanges([{ from: 9, to: 9 }, { from: -1, to: -1 }], 10).repeats).toBe(true);
  });
});
