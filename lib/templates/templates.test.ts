import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { nothingKnown } from "@/lib/plan/plan-known";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { templates } from "./templates";

test.each(Object.entries(templates))("%s has no problem when it is opened", (_, document) => {
  const { steps } = planWorkflow(document, stepDefinitions, nothingKnown);
  const problems = [...steps.values()].flatMap((step) => step.problems.map((problem) => ({ step: step.node.title, ...problem })));
  expect(problems).toEqual([]);
});

test.each([
  ["1. Who wrote it?\n2. When was she born?", true],
  ["**1.** Who wrote it?\n**2.** When?", true],
  ["  1) Wer schrieb es?\n  2) Ở đâu?", true],
  ["1: 1990 was when?\n2: 2000 was when?", true],
  ["3. 7.\n4. 8.", false],
  ["1. Only one", false],
  ["Who wrote it in 1990. And when?", false],
])("a list of two or more questions, of %j: %s", async (decomposition, isKept) => {
  const check = templates["question-decomposition"]?.nodes.find(({ id }) => id === "check");
  const reader = await (await DuckDBInstance.create()).connect();
  const rows = await reader.runAndReadAll(`SELECT ${String(check?.params["condition"])} AS kept FROM (SELECT ${quoteLiteral(decomposition)} AS decomposition)`);
  reader.closeSync();
  expect(rows.getRowObjectsJson()).toEqual([{ kept: isKept }]);
});
