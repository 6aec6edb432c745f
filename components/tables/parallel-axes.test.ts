import { expect, it } from "vitest";
import { makeAxis } from "./parallel-axes";

it("spreads numbers evenly, and by their size where they differ by orders", () => {
  const even = makeAxis("dropout", [{ dropout: 0 }, { dropout: 0.5 }, { dropout: 1 }]);
  expect([0, 0.25, 1].map(even.placeOf)).toEqual([0, 0.25, 1]);
  const bySize = makeAxis("rate", [{ rate: 1e-5 }, { rate: 1e-3 }]);
  expect(bySize.placeOf(1e-4)).toBeCloseTo(0.5);
  expect(bySize.ticks.map(({ label }) => Number(label))).toEqual([1e-5, expect.closeTo(1e-4, 9), 1e-3]);
});

it("gives texts their places in order, one value the middle, and a gap none", () => {
  const axis = makeAxis("scheduler", [{ scheduler: "cosine" }, { scheduler: null }, { scheduler: "linear" }, { scheduler: "cosine" }]);
  expect(axis.ticks).toEqual([{ label: "cosine", at: 0 }, { label: "linear", at: 1 }]);
  expect(axis.placeOf(null)).toBeNull();
  expect(makeAxis("rank", [{ rank: 8 }]).placeOf(8)).toBe(0.5);
});
