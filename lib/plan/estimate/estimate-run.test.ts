import { expect, test } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { templates } from "@/lib/templates/templates";
import { CanvasDriver } from "@/tests/support/canvas-driver";
import { nothingKnown, type PlanKnown } from "../plan-known";
import { planWorkflow } from "../plan-workflow";
import { estimateRun } from "./estimate-run";

const estimate = (document: CanvasDriver["document"], rowLimit: number | null = null, known: PlanKnown = nothingKnown) =>
  estimateRun(planWorkflow(document, stepDefinitions, known, rowLimit), known, rowLimit);

test("the first example asks once for each abstract and once for each tweet", () => {
  const document = templates["abstracts-to-tweets"];
  if (!document) throw new Error("There is no such template.");
  expect(estimate(document)).toMatchObject({ steps: 5, calls: 120, isLowerBound: { calls: false } });
  expect(estimate(document, 10).calls).toBe(20);
});

test("several replies for each row are several calls, and rows for the next step", () => {
  const canvas = new CanvasDriver();
  const words = canvas.add("type-table", { x: 0, y: 0 }, { table: { columns: [{ name: "text", type: "text" }], rows: [["a"], ["b"]] } });
  const first = canvas.add("prompt", { x: 300, y: 0 }, { prompt: "Say {text}", samples: 3 });
  const second = canvas.add("prompt", { x: 600, y: 0 }, { prompt: "Judge {generations}" });
  canvas.wire(words, "output", first, "input");
  canvas.wire(first, "output", second, "input");
  expect(estimate(canvas.document)).toMatchObject({ steps: 3, calls: 12, isLowerBound: { calls: false } });
});

test("where rows cannot be told, it says so", () => {
  const canvas = new CanvasDriver();
  const file = canvas.add("load-file");
  const ask = canvas.add("prompt", { x: 300, y: 0 }, { prompt: "Hello" });
  canvas.wire(file, "output", ask, "input");
  expect(estimate(canvas.document)).toMatchObject({ steps: 2, calls: 0, seconds: null, isLowerBound: { calls: true, dollars: true, seconds: true } });
  expect(estimate(canvas.document, 10).calls).toBe(10);
});

const model = { connection: "c", model: "m" };
const facts = { price: { input: 2, cachedInput: 1, output: 10 }, concurrency: 4, requestsPerMinute: null, past: { calls: 50, promptTokens: 30, completionTokens: 20, latencyMs: 500, tokensPerCharacter: null } };

/** 40 rows of 80 characters, asked, and the replies judged. */
function drawTwoPrompts(secondModel = model): CanvasDriver {
  const canvas = new CanvasDriver();
  const rows = Array.from({ length: 40 }, () => ["x".repeat(80)]);
  const words = canvas.add("type-table", { x: 0, y: 0 }, { table: { columns: [{ name: "text", type: "text" }], rows } });
  const first = canvas.add("prompt", { x: 300, y: 0 }, { model, prompt: "12345678901234567890{text}" });
  const second = canvas.add("prompt", { x: 600, y: 0 }, { model: secondModel, prompt: "{generations}" });
  canvas.wire(words, "output", first, "input");
  canvas.wire(first, "output", second, "input");
  return canvas;
}

test("money and time follow from lengths, past calls, prices and how many go at once", () => {
  const { document } = drawTwoPrompts();
  const found = estimate(document, null, { ...nothingKnown, calls: { "c/m": facts } });
  // The first prompt has 100 characters; the second is the reply to it, which is as long as replies of the model are.
  expect(found.asking.map(({ promptTokens, completionTokens }) => [promptTokens, completionTokens])).toEqual([[25, 20], [20, 20]]);
  expect(found.dollars).toBeCloseTo((40 * (25 * 2 + 20 * 10) + 40 * (20 * 2 + 20 * 10)) / 1e6, 9);
  // Ten waves of half a second each, one step after the other.
  expect(found.seconds).toBeCloseTo(10, 6);
  expect(found.isLowerBound).toEqual({ calls: false, dollars: false, seconds: false });
});

test("tokens are as past calls took them for their characters, and it says so", () => {
  const { document } = drawTwoPrompts();
  const found = estimate(document, null, { ...nothingKnown, calls: { "c/m": { ...facts, past: { ...facts.past, tokensPerCharacter: 0.5 } } } });
  expect(found.asking.map(({ promptTokens, isMeasured }) => [promptTokens, isMeasured])).toEqual([[50, true], [40, true]]);
  expect(estimate(document, null, { ...nothingKnown, calls: { "c/m": facts } }).asking.map(({ isMeasured }) => isMeasured)).toEqual([false, false]);
});

test("a batch costs half, and says nothing of the time it takes", () => {
  const canvas = drawTwoPrompts();
  const whole = estimate(canvas.document, null, { ...nothingKnown, calls: { "c/m": facts } });
  const document = { ...canvas.document, nodes: canvas.document.nodes.map((node) => ({ ...node, params: { ...node.params, ...(node.step === "prompt" && { batch: true }) } })) };
  const found = estimate(document, null, { ...nothingKnown, calls: { "c/m": facts } });
  expect(found.dollars).toBeCloseTo((whole.dollars ?? 0) / 2, 9);
  expect([found.seconds, found.isLowerBound]).toEqual([null, { calls: false, dollars: false, seconds: true }]);
});

test("a model without a price is never counted as free, and a free one costs nothing for certain", () => {
  const { document } = drawTwoPrompts({ connection: "c", model: "other" });
  const withOther = (price: typeof facts.price | null) => estimate(document, null, { ...nothingKnown, calls: { "c/m": facts, "c/other": { ...facts, price, past: null } } });
  expect(withOther(null).isLowerBound.dollars).toBe(true);
  expect(withOther(null).dollars).toBeCloseTo(0.01, 6);
  expect(withOther({ input: 0, cachedInput: 0, output: 0 }).isLowerBound.dollars).toBe(false);
  expect(withOther({ input: 0, cachedInput: 0, output: 0 }).isLowerBound.seconds).toBe(true);
  expect(estimate(document, null, { ...nothingKnown, calls: { "c/m": { ...facts, price: null }, "c/other": { ...facts, price: null } } }).dollars).toBeNull();
  expect(estimate(document).dollars).toBeNull();
});

test("without past calls the limit of tokens stands in; without either it is a lower bound", () => {
  const draw = (maxTokens: number | null) => {
    const canvas = new CanvasDriver();
    const words = canvas.add("type-table", { x: 0, y: 0 }, { table: { columns: [{ name: "text", type: "text" }], rows: [["abcd"]] } });
    const ask = canvas.add("prompt", { x: 300, y: 0 }, { model, prompt: "{text}", maxTokens });
    canvas.wire(words, "output", ask, "input");
    return canvas.document;
  };
  const known = { ...nothingKnown, calls: { "c/m": { ...facts, past: null } } };
  expect(estimate(draw(100), null, known)).toMatchObject({ dollars: (2 + 1000) / 1e6, seconds: null, isLowerBound: { dollars: false, seconds: true } });
  expect(estimate(draw(null), null, known)).toMatchObject({ dollars: 2 / 1e6, isLowerBound: { dollars: true } });
});

test("requests a minute bound the time, and a table beside the rows adds no calls", () => {
  const { document } = drawTwoPrompts();
  expect(estimate(document, null, { ...nothingKnown, calls: { "c/m": { ...facts, requestsPerMinute: 40 } } }).seconds).toBeCloseTo(120, 6);
  const canvas = new CanvasDriver();
  const table = { columns: [{ name: "text", type: "text" }], rows: [["a"], ["b"], ["c"]] };
  const rows = canvas.add("type-table", { x: 0, y: 0 }, { table });
  const combinations = canvas.add("type-table", { x: 0, y: 200 }, { table });
  const made = canvas.add("data-from-attributed-prompt", { x: 300, y: 0 }, { instruction: "Write of {text}", count: 7 });
  canvas.wire(combinations, "output", made, "combinations");
  expect(estimate(canvas.document)).toMatchObject({ calls: 7 });
  expect(rows).not.toBe(combinations);
});
