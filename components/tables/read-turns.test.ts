import { describe, expect, it } from "vitest";
import { formatCell } from "./format-cell";
import { readTurns } from "./read-turns";

const conversation = [
  { role: "user", content: "Weather in Huế?", tool_calls: null },
  { role: "assistant", content: null, tool_calls: [{ id: "1", type: "function", function: { name: "weather", arguments: '{"city":"Huế"}' } }] },
  { role: "tool", content: "31 °C", tool_call_id: "1" },
  { role: "assistant", content: [{ type: "text", text: "Hot:" }, { type: "text", text: "31 °C." }] },
];

describe("readTurns", () => {
  it("reads plain turns, calls of tools and contents of several parts", () => {
    expect(readTurns(conversation)).toEqual([
      { role: "user", text: "Weather in Huế?", calls: [] },
      { role: "assistant", text: "", calls: [{ name: "weather", arguments: '{"city":"Huế"}' }] },
      { role: "tool", text: "31 °C", calls: [] },
      { role: "assistant", text: "Hot:\n31 °C.", calls: [] },
    ]);
    expect(readTurns("cut…")).toEqual([]);
  });
});

describe("formatCell", () => {
  it("writes a conversation as its turns, an image as its file, and JSON else", () => {
    expect(formatCell(conversation, "messages")).toBe("user: Weather in Huế? · assistant: weather() · tool: 31 °C · assistant: Hot:\n31 °C.");
    expect(formatCell([{ from: "human", value: "Hi" }, { from: "gpt", value: "Hello" }], "list")).toBe("human: Hi · gpt: Hello");
    expect(formatCell('[{"from":"human","value":"Say \\"hi\\""},{"from":"gpt","value":"Hello th', "list")).toBe('human: Say "hi" · gpt: Hello th…');
    expect(formatCell('[{"from":"Huế","to":"Vinh"', "list")).toBe('[{"from":"Huế","to":"Vinh"');
    expect(formatCell([{ from: "Huế" }], "list")).toBe('[{"from":"Huế"}]');
    expect(formatCell({ bytes: "AA==", path: "cat.png" }, "image")).toBe("cat.png");
    expect(formatCell({ a: [1] }, "object")).toBe('{"a":[1]}');
    expect(formatCell(null, "messages")).toBe("");
  });
});
