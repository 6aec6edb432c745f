import { afterAll, beforeAll, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { type ChatEngine, openChatEngine } from "@/tests/support/chat-engine";
import { makeDocument, type DrawnSteps } from "@/tests/support/draw";

const MODEL = { connection: "stub", model: "m" };
const ROWS = 130;

let opened: ChatEngine;
let engine: ChatEngine["engine"];
let chat: ChatEngine["chat"];

beforeAll(async () => {
  opened = await openChatEngine([{ id: MODEL.connection, concurrency: 32 }]);
  ({ engine, chat } = opened);
});
afterAll(() => opened.close());

type StepId = keyof typeof stepDefinitions;
const typed = (columns: string[], rows: string[][]) => ({
  step: "type-table",
  params: { table: { columns: columns.map((name) => ({ name, type: "text" })), rows } },
});
const step = (id: StepId, params: Record<string, unknown>) => ({ step: id, params: { ...stepDefinitions[id].defaults, model: MODEL, ...params } });
const texts = typed(["text"], Array.from({ length: ROWS }, (_, row) => [`text ${String(row)}`]));
const numberIn = (prompt: string): number => Number(/text (\d+)/.exec(prompt)?.[1]);

async function run(nodes: DrawnSteps, edges: string[], answer: (prompt: string) => string): Promise<string> {
  chat.answer = (call) => answer(call.body.messages.at(-1)?.content ?? "");
  return engine.run(makeDocument(nodes, edges));
}

it("ranks all rows of all chunks, equal scores in their order, and rejects those below the bar and those without a score", async () => {
  const runId = await run({ texts, rank: step("rank-with-prompt", { column: "text", instruction: "Rate.", threshold: 3 }) }, ["texts.output>rank.input"], (prompt) =>
    numberIn(prompt) % 13 === 12 ? "no idea" : `Score: ${String(numberIn(prompt) % 7)}`,
  );
  const rows = await engine.readRows(runId, "rank");
  const expected = Array.from({ length: ROWS }, (_, row) => ({ row, score: row % 7 }))
    .filter(({ row, score }) => row % 13 !== 12 && score >= 3)
    .sort((a, b) => b.score - a.score || a.row - b.row);
  expect(rows.map((row) => [row.text, row.scores])).toEqual(expected.map(({ row, score }) => [`text ${String(row)}`, score]));
  const { totals, outputs } = await engine.readResult(runId, "rank");
  expect(totals).toMatchObject({ rowsIn: ROWS, rowsOut: expected.length, rejected: ROWS - expected.length, failed: 0 });
  expect(outputs.issues.rejected).toBe(ROWS - expected.length);
});

it("keeps the rows a model says yes to, with their own columns alone", async () => {
  const runId = await run({ texts, keep: step("filter-with-prompt", { column: "text", instruction: "Even?" }) }, ["texts.output>keep.input"], (prompt) => (numberIn(prompt) % 2 === 0 ? "Yes." : "No."));
  const rows = await engine.readRows(runId, "keep");
  expect(rows).toEqual(Array.from({ length: ROWS / 2 }, (_, index) => ({ text: `text ${String(index * 2)}` })));
  expect((await engine.readResult(runId, "keep")).totals).toMatchObject({ rowsOut: ROWS / 2, rejected: ROWS / 2 });
});

it("shows every row of every chunk the examples of another table", async () => {
  const examples = typed(["x", "y"], [["1", "one"], ["2", "two"]]);
  const runId = await run({ texts, examples, ask: step("few-shot-prompt", { column: "text", exampleInput: "x", exampleOutput: "y" }) }, ["texts.output>ask.input", "examples.output>ask.examples"], (prompt) => prompt.toUpperCase());
  const rows = await engine.readRows(runId, "ask");
  expect(rows.map((row) => row.prompts)).toEqual(Array.from({ length: ROWS }, (_, row) => `Input: 1\nOutput: one\nInput: 2\nOutput: two\nInput: text ${String(row)}\nOutput:`));
  expect(rows.every((row) => row.generations === String(row.prompts).toUpperCase())).toBe(true);
});

it("makes rows of combinations from a table that is not gone through row by row", async () => {
  const combinations = typed(["tone", "topic"], [["warm", "tea"], ["dry", "rain"], ["loud", "cats"]]);
  let number = 0;
  const runId = await run(
    { combinations, make: step("data-from-attributed-prompt", { instruction: "A {tone} note on {topic}.", count: 100 }) },
    ["combinations.output>make.combinations"],
    () => `note ${String(number++)}`,
  );
  const rows = await engine.readRows(runId, "make");
  expect(rows.length).toBe(100);
  expect(rows.slice(0, 4).map((row) => row.prompts)).toEqual(["A warm note on tea.", "A dry note on rain.", "A loud note on cats.", "A warm note on tea."]);
  expect(new Set(rows.map((row) => row.generations)).size).toBe(100);
});

it("judges in both orders and tells where they disagree", async () => {
  const pairs = typed(["a", "b"], [["good", "bad"], ["same", "same"], ["first", "second"]]);
  const runId = await run({ pairs, judge: step("judge-pairs-with-prompt", { a: "a", b: "b", order: "both" }) }, ["pairs.output>judge.input"], (prompt) =>
    prompt.includes("good") ? (prompt.startsWith("Input A: good") ? "Input A" : "Input B") : "Input A",
  );
  const rows = await engine.readRows(runId, "judge");
  expect(rows.map((row) => [row.judgements, row.conflict])).toEqual([
    ["Input A", false],
    ["tie", null],
    ["tie", true],
  ]);
});
