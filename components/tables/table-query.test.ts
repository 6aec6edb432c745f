import { expect, test } from "vitest";
import { cycleSort } from "./table-query";

test("a click goes through ascending, descending and unsorted", () => {
  const once = cycleSort([], "a", false);
  const twice = cycleSort(once, "a", false);
  expect(once).toEqual([{ column: "a", descending: false }]);
  expect(twice).toEqual([{ column: "a", descending: true }]);
  expect(cycleSort(twice, "a", false)).toEqual([]);
});

test("with shift other columns keep their place", () => {
  const both = cycleSort(cycleSort([], "a", false), "b", true);
  expect(both.map((key) => key.column)).toEqual(["a", "b"]);
  expect(cycleSort(both, "a", true)).toEqual([
    { column: "a", descending: true },
    { column: "b", descending: false },
  ]);
});
