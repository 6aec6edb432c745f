import { describe, expect, it } from "vitest";
import { isAppError } from "@/lib/core/app-error";
import { requirePlaceholders } from "./check-helpers";
import { readConversation, writeConversation } from "./conversation";

const read = (value: unknown) => readConversation(JSON.stringify(value), "c");
const user = { role: "user", content: "Q" };

describe("readConversation", () => {
  it.each<[string, unknown, unknown]>([
    ["OpenAI's", [user], [user]],
    ["a developer's word as the system's", [{ role: "developer", content: "Be brief." }, user], [{ role: "system", content: "Be brief." }, user]],
    ["parts of text as one text", [{ role: "user", content: [{ type: "text", text: "a" }, { type: "input_text", text: "b" }] }], [{ role: "user", content: "ab" }]],
    ["an image", [{ role: "user", content: [{ type: "text", text: "a" }, { type: "image_url", image_url: { url: "https://x.example/i.png" } }] }], [{ role: "user", content: [{ type: "text", text: "a" }, { type: "image", url: "https://x.example/i.png" }] }]],
    [
      "a call without content, and its answer",
      [user, { role: "assistant", content: null, tool_calls: [{ id: "c9", type: "function", function: { name: "f", arguments: { a: 1 } } }] }, { role: "tool", tool_call_id: "c9", content: "ok" }],
      [user, { role: "assistant", content: "", toolCalls: [{ id: "c9", name: "f", arguments: '{"a":1}' }] }, { role: "tool", content: "ok", toolCallId: "c9" }],
    ],
    [
      "ShareGPT's, with a call and what it gave",
      [{ from: "human", value: "Q" }, { from: "function_call", value: '{"name": "f", "arguments": {"a": 1}}' }, { from: "observation", value: "ok" }, { from: "gpt", value: "A" }],
      [user, { role: "assistant", content: "", toolCalls: [{ id: "call_1", name: "f", arguments: '{"a":1}' }] }, { role: "tool", content: "ok", toolCallId: "call_1" }, { role: "assistant", content: "A" }],
    ],
    ["a list within an object", { conversations: [{ from: "human", value: "Q" }] }, [user]],
    ["members that a struct leaves null", [{ role: "user", content: "Q", tool_calls: null, tool_call_id: null, name: null }], [user]],
  ])("reads %s", (_, value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  it.each([
    ["no JSON", "no list"],
    ['{"a": 1}', "no list"],
    ['[{"role":"robot","content":"x"}]', "message 1: “robot”"],
    ['[{"content":"x"}]', "message 1: it has no role"],
    ['[{"role":"user","content":"x"},{"role":"user"}]', "message 2: it has no content"],
    ['[{"role":"user","content":[{"type":"audio"}]}]', "“audio”"],
  ])("says what is wrong with %j", (text, said) => {
    try {
      readConversation(text, "c");
      throw new Error("it was read");
    } catch (error) {
      if (!isAppError(error)) throw error;
      expect([error.code, error.message]).toEqual(["conversation_invalid", expect.stringContaining(said)]);
    }
  });

  it("reads what it writes", () => {
    const all = read([{ role: "user", content: [{ type: "text", text: "a" }, { type: "image_url", image_url: { url: "https://x.example/i.png" } }] }, { role: "assistant", content: null, tool_calls: [{ id: "c9", function: { name: "f", arguments: "{}" } }] }, { role: "tool", tool_call_id: "c9", content: "ok" }]);
    expect(read(writeConversation(all))).toEqual(all);
  });
});

describe("doubled braces", () => {
  const columns = [{ name: "q", type: "text" as const }];
  it.each([
    ["Answer {{ q }}", ["placeholder_doubled"]],
    ["Answer {{q}}", ["placeholder_doubled"]],
    ["Answer {q}", []],
    ['{{"label": "{q}"}}', []],
    ["Say {{ hello }}", []],
    ["\\frac{1}{2}", ["placeholder_unknown", "placeholder_unknown"]],
    ["\\frac{{1}}{{2}} {q}", []],
  ])("%j", (text, codes) => {
    expect(requirePlaceholders(columns, text, "prompt").map(({ code }) => code)).toEqual(codes);
  });
});
