import fc from "fast-check";
import { expect, it } from "vitest";
import { type GeneratedColumn, readColumn } from "./column-maker";
import { createDraw } from "./draw";

function cells(column: Partial<GeneratedColumn>, count: number, seed = 1): (string | number)[] {
  const maker = readColumn({ name: "a", kind: "integer", from: "", to: "", values: "", weights: "", ...column });
  if ("problem" in maker) throw new Error(maker.problem);
  const draw = createDraw(seed, "a");
  return Array.from({ length: count }, (_, row) => maker.make(row, draw(row)));
}

it("draws evenly, and differently for each seed, column and row", () => {
  const draws = [createDraw(1, "a"), createDraw(2, "a"), createDraw(1, "b"), createDraw(2 ** 40 + 1, "a")];
  for (const draw of draws) {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let row = 0; row < 20_000; row++) {
      const bucket = Math.floor(draw(row) * 10);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(220);
  }
  expect(new Set(draws.map((draw) => draw(0))).size).toBe(draws.length);
  expect(new Set(Array.from({ length: 100_000 }, (_, row) => draws[0]?.(row))).size).toBe(100_000);
});

it("stays within the limits that are given, and reaches them", () => {
  fc.assert(
    fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 5 }), fc.nat(), (from, width, seed) => {
      const found = new Set(cells({ from: String(from), to: String(from + width) }, 300, seed));
      expect([...found].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: width + 1 }, (_, step) => from + step));
    }),
    { numRuns: 50 },
  );
  const days = new Set(cells({ kind: "date", from: "2024-02-28", to: "2024-03-01" }, 300));
  expect([...days].sort()).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
});

it("chooses by weight", () => {
  const found = cells({ kind: "choice", values: "a\nb\nc", weights: "8, 2, 0" }, 10_000);
  expect(found.filter((cell) => cell === "a").length).toBeGreaterThan(7800);
  expect(found.filter((cell) => cell === "a").length).toBeLessThan(8200);
  expect(found).not.toContain("c");
});
