import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createConnection, listConnections } from "@/lib/models/connections";
import { testConnection } from "@/lib/models/test-connection";
import { addWorkerResources } from "@/lib/engine/open-resources";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { chatError } from "@/tests/support/chat-server";
import { type ChatEngine, openChatEngine } from "@/tests/support/chat-engine";
import { makeDocument, step, typed } from "@/tests/support/draw";

const CONTEXT = 60;
const REPLY = 10;
/** What frames one message and the reply. */
const FRAME = 7;
const LONG = "The quick brown fox jumps over the lazy dog. ".repeat(20);

let opened: ChatEngine;
let engine: ChatEngine["engine"];
let chat: ChatEngine["chat"];

beforeAll(async () => {
  opened = await openChatEngine();
  ({ engine, chat } = opened);
});
afterAll(() => opened.close());

async function connect(provider: "openai" | "openai-compatible", model: string, contextTokens: number | null): Promise<string> {
  const { id } = await createConnection(engine.resources, { name: "Bounded", provider, baseUrl: chat.url, apiKey: "k", models: [{ id: model, contextTokens }] });
  return id;
}

async function run(connection: string, model: string, params: Record<string, unknown>) {
  const table = { columns: [{ name: "text", type: "text" }, { name: "note", type: "text" }], rows: [["Short.", "n"], [LONG, "n"]] };
  const ask = { ...stepDefinitions.prompt.defaults, prompt: "Sum up ({note}): {text}", model: { connection, model }, maxTokens: REPLY, ...params };
  const document = makeDocument({ table: { step: "type-table", params: { table } }, ask: { step: "prompt", params: ask } }, ["table.output>ask.input"]);
  const before = chat.calls.length;
  const runId = await engine.run(document, { seconds: 30 });
  const rows = await engine.readRows(runId, "ask");
  const { outputs } = await engine.readResult(runId, "ask");
  return { rows, failed: outputs.issues.failed, prompts: chat.calls.slice(before).map(({ body }) => body.messages.at(-1)?.content ?? "") };
}

describe("a prompt that is too long for its model", () => {
  it("fails its row before any call, by the model's own vocabulary", async () => {
    const connection = await connect("openai", "gpt-4o-mini", CONTEXT);
    const { rows, failed, prompts } = await run(connection, "gpt-4o-mini", { overlong: "fail" });
    expect([rows.length, failed, prompts]).toEqual([1, 1, ["Sum up (n): Short."]]);
  });

  it("loses the end of the longest cell, no more than needed, and says how much", async () => {
    const connection = await connect("openai", "gpt-4o-mini", CONTEXT);
    const { rows, prompts } = await run(connection, "gpt-4o-mini", { overlong: "truncate", truncatedColumn: "cut" });
    const sent = prompts.find((prompt) => prompt.includes("fox")) ?? "";
    const tokens = countTokens(sent) + FRAME;
    expect(tokens).toBeLessThanOrEqual(CONTEXT - REPLY);
    expect(tokens).toBeGreaterThan((CONTEXT - REPLY) * 0.8);
    expect(LONG.startsWith(sent.replace("Sum up (n): ", ""))).toBe(true);
    expect(rows.map(({ cut }) => Number(cut))).toEqual([0, LONG.length - sent.replace("Sum up (n): ", "").length]);
    expect(rows[1]?.text).toBe(LONG);
  });

  it("is sent where its tokens are only guessed, and its server's refusal tells the limit for the next time", async () => {
    const connection = await connect("openai-compatible", "other", null);
    chat.answer = ({ body }) => ((body.messages.at(-1)?.content.length ?? 0) > 4 * CONTEXT ? chatError(400, `This model's maximum context length is ${String(CONTEXT)} tokens. However, you requested more.`) : "Well.");
    const first = await run(connection, "other", { overlong: "fail" });
    expect([first.rows.length, first.failed, first.prompts.length]).toEqual([1, 1, 2]);
    expect((await listConnections(engine.resources)).find(({ id }) => id === connection)?.contexts).toEqual({ other: CONTEXT });
    const second = await run(connection, "other", { overlong: "truncate", truncatedColumn: "cut" });
    expect([second.rows.length, second.failed]).toEqual([2, 0]);
    expect(Number(second.rows[1]?.cut)).toBeGreaterThan(0);
  });

  it.each(["send", "fail", "truncate"])("shows as many examples as its context takes, the first ones, and says how many (%s)", async (overlong) => {
    const connection = await connect("openai", "gpt-4o-mini", 200);
    const examples = typed(["x", "y"], Array.from({ length: 60 }, (_, number) => [`question ${String(number)}`, `answer ${String(number)}`]));
    const ask = step("few-shot-prompt", { column: "text", exampleInput: "x", exampleOutput: "y", model: { connection, model: "gpt-4o-mini" }, maxTokens: REPLY, overlong, shownColumn: "shown" });
    chat.answer = () => "Well.";
    const before = chat.calls.length;
    const runId = await engine.run(makeDocument({ table: typed(["text"], [["Why?"]]), examples, ask }, ["table.output>ask.input", "examples.output>ask.examples"]), { seconds: 30 });
    const [row] = await engine.readRows(runId, "ask");
    const prompt = String(row?.prompts);
    const shown = prompt.split("question ").length - 1;
    // The same prompt each time: sent once, and kept.
    expect(chat.calls.slice(before).map(({ body }) => body.messages.at(-1)?.content)).toEqual(overlong === "send" ? [prompt] : []);
    expect([Number(row?.shown), prompt.startsWith("Input: question 0"), prompt.endsWith("Input: Why?\nOutput:")]).toEqual([shown, true, true]);
    const tokens = countTokens(prompt) + FRAME;
    expect(tokens).toBeLessThanOrEqual(200 - REPLY);
    expect(tokens + countTokens("Input: question 59\nOutput: answer 59\n")).toBeGreaterThan(200 - REPLY - 30);
  });

  it("loses whole documents from the end, then the end of its longest text", async () => {
    const connection = await connect("openai", "gpt-4o-mini", CONTEXT);
    const documents = JSON.stringify(["one ", "two ", "three "].map((word) => ({ text: word.repeat(20) })));
    const ask = step("rag-prompt", { column: "text", textsColumn: "results", model: { connection, model: "gpt-4o-mini" }, maxTokens: REPLY, overlong: "truncate", truncatedColumn: "cut", shownColumn: "shown" });
    chat.answer = () => "Well.";
    const before = chat.calls.length;
    const parse = step("parse-json", { column: "results", shape: "list" });
    const runId = await engine.run(makeDocument({ table: typed(["text", "results"], [["Why?", documents], [LONG, documents]]), parse, ask }, ["table.output>parse.input", "parse.output>ask.input"]), { seconds: 30 });
    const rows = await engine.readRows(runId, "ask");
    const prompts = chat.calls.slice(before).map(({ body }) => body.messages.at(-1)?.content ?? "");
    expect(rows.map(({ shown, cut }) => [Number(shown), Number(cut) > 0])).toEqual([
      [1, false],
      [1, true],
    ]);
    for (const prompt of prompts) {
      expect(prompt).toContain("one one");
      expect(prompt).not.toContain("two");
      expect(countTokens(prompt) + FRAME).toBeLessThanOrEqual(CONTEXT - REPLY);
    }
  });

  it("is measured against what the server's list says", async () => {
    const connection = await connect("openai-compatible", "stub-model", null);
    chat.models = [{ id: "stub-model", max_model_len: 4096 }];
    const resources = addWorkerResources(engine.resources);
    expect((await testConnection(resources, connection, null)).ok).toBe(true);
    resources.models.close();
    expect((await listConnections(engine.resources)).find(({ id }) => id === connection)?.contexts).toEqual({ "stub-model": 4096 });
  });
});

it("a longest reply above what a person said that the model writes stops the run before any call", async () => {
  const { id } = await createConnection(engine.resources, { name: "Short", provider: "openai-compatible", baseUrl: chat.url, apiKey: "k", models: [{ id: "m", outputTokens: 500 }] });
  const before = chat.calls.length;
  await expect(run(id, "m", { maxTokens: 501 })).rejects.toMatchObject({ code: "workflow_has_errors", message: expect.stringContaining("at most 500 tokens") as string });
  expect(chat.calls.length).toBe(before);
  expect((await run(id, "m", { maxTokens: 500 })).rows.length).toBe(2);
});
