import { afterAll, beforeAll, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { type ChatEngine, openChatEngine } from "@/tests/support/chat-engine";
import { makeDocument } from "@/tests/support/draw";

let opened: ChatEngine;
let engine: ChatEngine["engine"];
let chat: ChatEngine["chat"];

beforeAll(async () => {
  opened = await openChatEngine([{ id: "vllm", provider: "vllm" }, { id: "deepseek", provider: "deepseek" }]);
  ({ engine, chat } = opened);
});
afterAll(() => opened.close());

const draw = (connection: string, params: Record<string, unknown>) =>
  makeDocument(
    {
      rows: { step: "type-table", params: { table: { columns: [{ name: "text", type: "text" }], rows: [["a"], ["b"], ["c"]] } } },
      ask: { step: "prompt", params: { ...stepDefinitions.prompt.defaults, model: { connection, model: "m" }, prompt: "Is {text} good?", ...params } },
    },
    ["rows.output>ask.input"],
  );

it("is sent with every call, and a reply that breaks it fails its row with why", async () => {
  chat.answer = ({ body }) => {
    const { choice = [] } = (body.structured_outputs ?? {}) as { choice?: string[] };
    return body.messages.at(-1)?.content.includes(" b ") ? "Perhaps." : (choice[0] ?? "no choice was sent");
  };
  const runId = await engine.run(draw("vllm", { replyChoices: ["yes", "no"] }));
  expect((await engine.readRows(runId, "ask")).map(({ text, generations }) => [text, generations])).toEqual([["a", "yes"], ["c", "yes"]]);
  const { outputs, totals } = await engine.readResult(runId, "ask");
  // The reply that could not be used was paid for as well.
  expect([outputs.issues.failed, totals.calls]).toEqual([1, 3]);
});

it("that no field of the server's can say stops the run before any call", async () => {
  chat.calls.length = 0;
  await expect(engine.start(draw("deepseek", { replyChoices: ["yes", "no"] }))).rejects.toMatchObject({ code: "workflow_has_errors" });
  expect(chat.calls).toEqual([]);
});
