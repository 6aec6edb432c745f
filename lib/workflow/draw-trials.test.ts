import { expect, it } from "vitest";
import { countTrials, drawTrials } from "./draw-trials";
import type { GroupSweep, SearchRange } from "./document";

const sweepOf = (search: GroupSweep["search"], ranges: SearchRange[], trials = 100): GroupSweep => ({
  search,
  trials,
  parallel: 1,
  seed: 7,
  space: ranges.map((range, index) => ({ node: "train", param: `p${String(index)}`, range })),
  objective: null,
  prune: null,
});
const rate: SearchRange = { kind: "range", low: 1e-5, high: 1e-3, scale: "log", whole: false, points: 3 };
const rank: SearchRange = { kind: "range", low: 1, high: 4, scale: "linear", whole: true, points: 2 };
const scheduler: SearchRange = { kind: "values", values: ["cosine", "linear", "cosine"] };

it("makes every combination of a grid once, the last parameter changing fastest, up to the bound", () => {
  expect(drawTrials(sweepOf("grid", [scheduler, rate]))).toEqual([
    ["cosine", 1e-5],
    ["cosine", 1e-4],
    ["cosine", 1e-3],
    ["linear", 1e-5],
    ["linear", 1e-4],
    ["linear", 1e-3],
  ]);
  expect(drawTrials(sweepOf("grid", [scheduler, rank], 3))).toEqual([["cosine", 1], ["cosine", 4], ["linear", 1]]);
  expect(countTrials(sweepOf("grid", [scheduler, rate]))).toBe(6);
  expect(countTrials(sweepOf("grid", [{ kind: "values", values: [] }]))).toBe(0);
});

it("draws within the ranges by the seed, so that more trials leave those before as they are", () => {
  const many = drawTrials(sweepOf("random", [rate, rank, scheduler], 200)) ?? [];
  expect(drawTrials(sweepOf("random", [rate, rank, scheduler], 20))).toEqual(many.slice(0, 20));
  const rates = many.map(([value]) => Number(value));
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-5);
  expect(Math.max(...rates)).toBeLessThanOrEqual(1e-3);
  // On a log scale half of them lie below the geometric mean.
  const below = rates.filter((value) => value < 1e-4).length;
  expect(below).toBeGreaterThan(75);
  expect(below).toBeLessThan(125);
  const counts = [1, 2, 3, 4].map((wanted) => many.filter(([, value]) => value === wanted).length);
  for (const count of counts) expect(count).toBeGreaterThan(30);
  expect(new Set(many.map(([, , value]) => value))).toEqual(new Set(["cosine", "linear"]));
  expect(drawTrials({ ...sweepOf("random", [rate, rank, scheduler], 200), seed: 8 })).not.toEqual(many);
});

it("leaves a search that looks at outcomes to the run", () => {
  expect(drawTrials(sweepOf("bayesian", [rate], 12))).toBeNull();
  expect(countTrials(sweepOf("bayesian", [rate], 12))).toBe(12);
});
