import { expect, test } from "vitest";
import { stepCatalogue } from "@/components/steps/step-catalogue";
import { nothingKnown } from "@/lib/plan/plan-known";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { templates } from "@/lib/templates/templates";
import { CanvasDriver } from "@/tests/support/canvas-driver";
import { estimateRun } from "./run-estimate";

const estimate = (document: CanvasDriver["document"], rowLimit: number | null = null) =>
  estimateRun(planWorkflow(document, stepCatalogue, nothingKnown, rowLimit), nothingKnown, rowLimit);

test("the first example asks once for each abstract and once for each tweet", () => {
  const document = templates["abstracts-to-tweets"];
  if (!document) throw new Error("There is no such template.");
  expect(estimate(document)).toEqual({ steps: 5, calls: 120, isLowerBound: false });
  expect(estimate(document, 10).calls).toBe(20);
});

test("several replies for each row are several calls, and rows for the next step", () => {
  const canvas = new CanvasDriver();
  const words = canvas.add("type-table", { x: 0, y: 0 }, { table: { columns: [{ name: "text", type: "text" }], rows: [["a"], ["b"]] } });
  const first = canvas.add("prompt", { x: 300, y: 0 }, { prompt: "Say {text}", samples: 3 });
  const second = canvas.add("prompt", { x: 600, y: 0 }, { prompt: "Judge {generations}" });
  canvas.wire(words, "output", first, "input");
  canvas.wire(first, "output", second, "input");
  expect(estimate(canvas.document)).toEqual({ steps: 3, calls: 12, isLowerBound: false });
});

test("where rows cannot be told, it says so", () => {
  const canvas = new CanvasDriver();
  const file = canvas.add("load-file");
  const ask = canvas.add("prompt", { x: 300, y: 0 }, { prompt: "Hello" });
  canvas.wire(file, "output", ask, "input");
  expect(estimate(canvas.document)).toEqual({ steps: 2, calls: 0, isLowerBound: true });
  expect(estimate(canvas.document, 10).calls).toBe(10);
});
