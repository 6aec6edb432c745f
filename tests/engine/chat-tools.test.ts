import { afterAll, beforeAll, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { startChatServer, type ChatServer } from "@/tests/support/chat-server";
import { makeDocument } from "@/tests/support/draw";
import { openTestEngine, type TestEngine } from "@/tests/support/test-engine";

const tool = { type: "function", function: { name: "weather", description: "Of a place", parameters: { type: "object", properties: { place: { type: "string" } } } } };
const call = { id: "call_9", type: "function", function: { name: "weather", arguments: '{"place":"Oslo"}' } };
const ask = { role: "user", content: "Rain in Oslo?" };

let engine: TestEngine;
let chat: ChatServer;

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.startWorker();
  // As models do: one that is offered a tool and has no answer of it yet calls it.
  chat = await startChatServer(({ body }) => {
    if (body.tools === undefined || body.messages.some(({ role }) => role === "tool")) return "Rain.";
    return { status: 200, body: JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: null, tool_calls: [call] }, finish_reason: "tool_calls" }], usage: { prompt_tokens: 5, completion_tokens: 5 } }) };
  });
  await engine.resources.database.prisma.connection.create({ data: { id: "stub", name: "Stub", provider: "openai-compatible", baseUrl: chat.url } });
});
afterAll(async () => {
  await chat.close();
  await engine.close();
});

async function answer(cells: unknown[][], params: Record<string, unknown>) {
  chat.calls.length = 0;
  const columns = ["c", "t"].slice(0, cells[0]?.length).map((name) => ({ name, type: "text" }));
  const table = { columns, rows: cells.map((row) => row.map((cell) => (cell === null ? null : JSON.stringify(cell)))) };
  const talk = { ...stepDefinitions["chat-prompt"].defaults, model: { connection: "stub", model: "m" }, conversationColumn: "c", ...params };
  const runId = await engine.run(makeDocument({ table: { step: "type-table", params: { table } }, talk: { step: "chat-prompt", params: talk } }, ["table.output>talk.input"]));
  const rows = await engine.readRows(runId, "talk");
  return { offered: chat.calls.map(({ body }) => body.tools), messages: rows.map((row) => JSON.parse(JSON.stringify(row.messages)) as unknown[]), replies: rows.map((row) => row.generations), issues: (await engine.readResult(runId, "talk")).outputs.issues };
}

it("offers the tools of a conversation, keeps the call, and says no further turn to a call that nobody answered", async () => {
  const { offered, messages, replies } = await answer([[{ messages: [ask], tools: [tool] }]], { turns: ["And tomorrow?"] });
  expect(offered).toEqual([[tool]]);
  expect(replies).toEqual([""]);
  expect(messages[0]).toMatchObject([ask, { role: "user", content: "And tomorrow?" }, { role: "assistant", content: "", tool_calls: [call] }]);
});

it("goes on from what a tool gave, with the tools still offered", async () => {
  const told = [ask, { role: "assistant", content: null, tool_calls: [call] }, { role: "tool", tool_call_id: "call_9", content: "rain" }];
  const { offered, replies } = await answer([[{ messages: told, tools: JSON.stringify([tool]) }]], {});
  expect([offered, replies]).toEqual([[[tool]], ["Rain."]]);
});

it("offers those of a column of their own before them, none where there are none, and none where a person says so", async () => {
  const other = { ...tool, function: { ...tool.function, name: "tides" } };
  const both = await answer([[{ messages: [ask], tools: [tool] }, [other]], [[ask], null]], { toolsColumn: "t" });
  expect(both.offered).toEqual(expect.arrayContaining([[other], undefined]));
  const without = await answer([[{ messages: [{ ...ask, content: "Rain in Bergen?" }], tools: [tool] }]], { offerTools: false });
  expect([without.offered, without.replies]).toEqual([[undefined], ["Rain."]]);
});

it("fails a row whose tools cannot be read", async () => {
  const { issues, replies } = await answer([[{ messages: [ask], tools: [{ type: "function" }] }], [[ask]]], {});
  expect([issues.failed, replies]).toEqual([1, ["Rain."]]);
});
