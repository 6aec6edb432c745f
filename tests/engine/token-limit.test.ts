import { afterAll, beforeAll, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { type ChatEngine, openChatEngine } from "@/tests/support/chat-engine";
import { makeDocument } from "@/tests/support/draw";

const MODEL = { connection: "stub", model: "m" };
const ROWS = 20;
/** Words that the model would say of each row; every fifth takes many. A word is a token. */
const wordsOf = (row: number): number => (row % 5 === 4 ? 30 + row : 3 + (row % 4));

let opened: ChatEngine;
let engine: ChatEngine["engine"];
let chat: ChatEngine["chat"];
/** Whether the server tells how many tokens a reply has. */
let tellsUsage = true;

beforeAll(async () => {
  opened = await openChatEngine([{ id: MODEL.connection }], ({ body }) => {
    const row = Number(/row (\d+)/.exec(body.messages.at(-1)?.content ?? "")?.[1]);
    const wanted = wordsOf(row);
    const said = Math.min(wanted, Number(body.max_tokens ?? 1000));
    const content = Array.from({ length: said }, (_, word) => `w${String(word)}`).join(" ");
    const choice = { index: 0, message: { role: "assistant", content }, finish_reason: said < wanted ? "length" : "stop" };
    return { status: 200, body: JSON.stringify({ choices: [choice], ...(tellsUsage && { usage: { prompt_tokens: 10, completion_tokens: said } }) }) };
  });
  ({ engine, chat } = opened);
});
afterAll(() => opened.close());

/** Runs the prompts under a limit. Gives the rows that were asked for, what the ledger says, and the length of each reply. */
async function ask(question: string, maxTokens: number | null, other: Record<string, unknown> = {}) {
  chat.calls.length = 0;
  const rows = Array.from({ length: ROWS }, (_, row) => [`row ${String(row)}`]);
  const document = makeDocument(
    {
      rows: { step: "type-table", params: { table: { columns: [{ name: "text", type: "text" }], rows } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model: MODEL, prompt: `${question} {text}`, maxTokens, ...other } },
    },
    ["rows.output>ask.input"],
  );
  const runId = await engine.run(document);
  const { totals } = await engine.readResult(runId, "ask");
  const made = await engine.readRows(runId, "ask");
  const asked = chat.calls.map(({ body }) => Number(/row (\d+)/.exec(body.messages.at(-1)?.content ?? "")?.[1])).sort((a, b) => a - b);
  return { asked, ledger: [totals.calls, totals.callsCached], lengths: made.map((row) => String(row.generations).split(" ").length) };
}

const all = Array.from({ length: ROWS }, (_, row) => row);
const long = all.filter((row) => wordsOf(row) > 20);
const upTo = (limit: number): number[] => all.map((row) => Math.min(wordsOf(row), limit));

it("asks only for the replies that were cut when the limit is raised, and keeps those that fit when it is lowered", async () => {
  expect(await ask("One.", 20)).toEqual({ asked: all, ledger: [ROWS, 0], lengths: upTo(20) });
  expect(await ask("One.", 40)).toEqual({ asked: long, ledger: [long.length, ROWS - long.length], lengths: upTo(40) });
  // Of the four long ones two have come to their end by now.
  const longer = all.filter((row) => wordsOf(row) > 40);
  expect(await ask("One.", null)).toEqual({ asked: longer, ledger: [longer.length, ROWS - longer.length], lengths: all.map(wordsOf) });
  // Down again: what is longer than the limit is not taken for what the model says within it.
  expect(await ask("One.", 5)).toMatchObject({ asked: all.filter((row) => wordsOf(row) > 5), lengths: upTo(5) });
  // The limits of before are exactly equal calls: nothing is asked, and what was cut there stays as it was.
  expect(await ask("One.", 20, { promptColumn: "asked" })).toMatchObject({ asked: [], lengths: upTo(20) });
});

it("does not take a reply for one that another temperature would have given", async () => {
  await ask("Two.", 20);
  expect((await ask("Two.", 40, { temperature: 0.5 })).asked).toEqual(all);
});

it("does not know of a reply without a count whether it fits into less, only that it fits into more", async () => {
  tellsUsage = false;
  await ask("Three.", 20);
  expect((await ask("Three.", 40)).asked).toEqual(long);
  expect((await ask("Three.", 10)).asked).toEqual(all);
  tellsUsage = true;
});
