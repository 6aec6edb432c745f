import { expect, test } from "vitest";
import { allSteps } from "@/components/steps/step-catalogue";
import { groupedSteps, groupSteps } from "./palette-groups";

const tables = allSteps.filter((step) => step.category === "tables");

test("every step is under one sub-heading, and none is lost", () => {
  const grouped = groupSteps(tables, false);
  expect(grouped.flatMap(({ steps }) => steps.map(({ id }) => id)).sort()).toEqual(tables.map(({ id }) => id).sort());
  expect(grouped.every(({ group }) => group !== null)).toBe(true);
});

test("sub-headings name steps that there are", () => {
  const ids = new Set(allSteps.map(({ id }) => id));
  expect(groupedSteps.filter((id) => !ids.has(id))).toEqual([]);
});

test("what was searched for, and a short category, stand in one piece in their order", () => {
  expect(groupSteps(tables, true)).toEqual([{ group: null, steps: tables }]);
  const sources = allSteps.filter((step) => step.category === "sources");
  expect(groupSteps(sources, false)).toEqual([{ group: null, steps: sources }]);
});
