import { expect, test } from "vitest";
import { nothingKnown } from "@/lib/plan/plan-known";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { templates } from "./templates";

test.each(Object.entries(templates))("%s has no problem when it is opened", (_, document) => {
  const { steps } = planWorkflow(document, stepDefinitions, nothingKnown);
  const problems = [...steps.values()].flatMap((step) => step.problems.map((problem) => ({ step: step.node.title, ...problem })));
  expect(problems).toEqual([]);
});
