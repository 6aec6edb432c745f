import { afterAll, beforeAll, expect, it } from "vitest";
import { nothingKnown } from "@/lib/plan/plan-known";
import { planWorkflow } from "@/lib/plan/plan-workflow";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { type ChatEngine, openChatEngine } from "@/tests/support/chat-engine";
import { makeDocument, typed, type DrawnSteps } from "@/tests/support/draw";

const MODEL = { connection: "stub", model: "m" };

let opened: ChatEngine;
let engine: ChatEngine["engine"];
let chat: ChatEngine["chat"];

beforeAll(async () => {
  opened = await openChatEngine([{ id: MODEL.connection, concurrency: 8 }]);
  ({ engine, chat } = opened);
});
afterAll(() => opened.close());

type StepId = keyof typeof stepDefinitions;
const step = (id: StepId, params: Record<string, unknown>) => ({ step: id, params: { ...stepDefinitions[id].defaults, model: MODEL, ...params } });

/** The names that the plan promises for a node, beside the names that its table has. */
async function runAndCompare(nodes: DrawnSteps, edges: string[], node: string) {
  const document = makeDocument(nodes, edges);
  const runId = await engine.run(document);
  const promised = planWorkflow(document, stepDefinitions, nothingKnown).steps.get(node);
  const rows = await engine.readRows(runId, node);
  return { promised: promised?.columns["output"]?.map(({ name }) => name), rows };
}

it("keeps a column named “prompts” that people brought, and the judge sees it", async () => {
  chat.answer = ({ body }) => ((body.messages.at(-1)?.content ?? "").includes("Which response") ? "Response A" : "short");
  const table = typed(["prompts", "a"], [["Why is the sky blue?", "Because."]]);
  const { promised, rows } = await runAndCompare(
    {
      table,
      shorten: step("process-with-prompt", { column: "a", instruction: "Shorten.", replyColumn: "b" }),
      judge: step("judge-generation-pairs", { promptsColumn: "prompts", a: "a", b: "b" }),
    },
    ["table.output>shorten.input", "shorten.output>judge.input"],
    "judge",
  );
  expect(rows[0]).toMatchObject({ prompts: "Why is the sky blue?", prompts_2: "Input: Because.\n\nInstruction: Shorten." });
  expect(rows[0]?.["judge_prompts"]).toContain("Prompt: Why is the sky blue?");
  expect(Object.keys(rows[0] ?? {})).toEqual(promised);
});

it("lets prompting steps of one kind follow each other as they come", async () => {
  chat.answer = ({ body }) => `<${body.messages.at(-1)?.content ?? ""}>`;
  const { promised, rows } = await runAndCompare(
    { table: typed(["q"], [["x"]]), one: step("prompt", { prompt: "1 {q}" }), two: step("prompt", { prompt: "2 {generations}" }), three: step("prompt", { prompt: "3 {generations_2}" }) },
    ["table.output>one.input", "one.output>two.input", "two.output>three.input"],
    "three",
  );
  expect(rows).toEqual([{ q: "x", prompts: "1 x", generations: "<1 x>", prompts_2: "2 <1 x>", generations_2: "<2 <1 x>>", prompts_3: "3 <2 <1 x>>", generations_3: "<3 <2 <1 x>>>" }]);
  expect(Object.keys(rows[0] ?? {})).toEqual(promised);
});

it("sorts by its own score where the table has one of that name, and names what it cut apart", async () => {
  chat.answer = ({ body }) => `Score: ${/Input: (\d)/.exec(body.messages.at(-1)?.content ?? "")?.[1] ?? ""}`;
  const { promised, rows } = await runAndCompare(
    {
      table: typed(["text", "scores", "Cut"], [["3", "9", "x"], ["1", "8", "y"], ["2", "7", "z"]]),
      rank: step("rank-with-prompt", { column: "text", instruction: "Rate.", threshold: 2, overlong: "truncate", truncatedColumn: "cut" }),
    },
    ["table.output>rank.input"],
    "rank",
  );
  expect(rows.map((row) => [row["text"], row["scores"], row["scores_2"], row["Cut"], Number(row["cut_2"])])).toEqual([
    ["3", "9", 3, "x", 0],
    ["2", "7", 2, "z", 0],
  ]);
  expect(Object.keys(rows[0] ?? {})).toEqual(promised);
});
