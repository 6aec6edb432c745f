import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeSplits, explainSizes } from "./split-sizes";

describe("computeSplits", () => {
  it("covers every row once, in order, whatever the shares", () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(1000),
        fc.nat(1000),
        fc.nat(1000),
        (rows, a, b, c) => {
          const all = a + b + c;
          fc.pre(all > 0);
          const splits = computeSplits(
            { train: a / all, validation: b / all, test: c / all },
            rows,
          );
          expect(splits[0]?.start).toBe(0);
          expect(splits.at(-1)?.end).toBe(rows);
          for (const [index, split] of splits.entries()) {
            expect(split.end).toBeGreaterThanOrEqual(split.start);
            expect(split.start).toBe(splits[index - 1]?.end ?? 0);
          }
        },
      ),
    );
  });

  it("rounds up from the end, as DataDreamer does", () => {
    expect(
      computeSplits({ train: 0.8, validation: 0.1, test: 0.1 }, 15),
    ).toEqual([
      { port: "train", start: 0, end: 11 },
      { port: "validation", start: 11, end: 13 },
      { port: "test", start: 13, end: 15 },
    ]);
    expect(
      computeSplits({ train: 0.7, validation: 0.2, test: 0.1 }, 30).map(
        ({ start, end }) => end - start,
      ),
    ).toEqual([21, 6, 3]);
  });

  it("refuses row counts that do not add up, and shares that do not", () => {
    expect(() =>
      computeSplits({ train: 2, validation: 0, test: 2 }, 5),
    ).toThrow("4 rows");
    expect(explainSizes({ train: 0.5, validation: 0, test: 0.4 })).toContain(
      "0.9",
    );
    expect(explainSizes({ train: 0, validation: 0, test: 0 })).toContain(
      "all 0",
    );
    expect(explainSizes({ train: 0.1, validation: 0.2, test: 0.7 })).toBeNull();
  });
});
