import { describe, expect, it } from "vitest";
import { providerEntry, providers, type Provider, type Protocol } from "@/lib/contracts/providers";
import type { ChatMessage } from "@/lib/llm/chat";
import { textOf } from "@/lib/llm/providers/message-parts";
import { protocolOf } from "@/lib/llm/providers/protocols";
import { readRequest } from "@/components/tables/read-request";

const oneOfEach = new Map<Protocol, Provider>(Object.entries(providers).map(([id, { protocol }]) => [protocol, id as Provider]));

/** The body that goes out, stored and read again as JSON. */
function send(provider: Provider, messages: ChatMessage[]): unknown {
  const endpoint = { id: "c", name: "C", provider, baseUrl: "https://example.org", secrets: {}, settings: {}, concurrency: 1, requestsPerMinute: null, tokensPerMinute: null, unreachableAttempts: 1, prices: new Map() };
  const sampling = { temperature: 0.5, topP: null, maxTokens: 77, stop: ["END"], seed: null };
  return JSON.parse(JSON.stringify(protocolOf(endpoint).body({ target: { endpoint, model: "m" }, messages, sampling, extras: {}, rule: null, isRuledBySchema: false, refused: new Map() })));
}

describe.each([...oneOfEach])("a request by %s", (protocol, provider) => {
  it("shows system, user and earlier messages, whole and in order", () => {
    const messages: ChatMessage[] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "First\nquestion" },
      { role: "assistant", content: "An answer" },
      { role: "user", content: "Second" },
    ];
    // A raw completion has no messages: it is the one text that they make up.
    const whole = protocol === "openai-completions" ? [{ role: "user", text: messages.map(textOf).join("\n\n") }] : messages.map(({ role, content }) => ({ role, text: content }));
    expect(readRequest(send(provider, messages)).messages).toEqual(whole);
  });

  it("shows what was set, by the name it was sent under", () => {
    const { settings } = readRequest(send(provider, [{ role: "user", content: "Hello" }]));
    expect(settings.map(([, value]) => value)).toEqual(expect.arrayContaining(["0.5", "77"]));
    if (protocol !== "openai-responses") expect(settings.map(([, value]) => value)).toContain('"END"');
    expect(settings.map(([name]) => name)).not.toContain("model");
  });

  if (providerEntry(provider).capabilities.images) it("says that an image was sent instead of showing its bytes, and shows calls of tools", () => {
    const image: ChatMessage = { role: "user", content: [{ type: "text", text: "What is this?" }, { type: "image", url: `data:image/png;base64,${"A".repeat(5000)}` }] };
    const shown = readRequest(send(provider, [image])).messages[0]?.text ?? "";
    expect(shown).toContain("What is this?");
    expect(shown).toContain("[image]");
    expect(shown).not.toContain("AAAA");
    const calling: ChatMessage[] = [
      { role: "user", content: "Weather?" },
      { role: "assistant", content: "", toolCalls: [{ id: "t1", name: "weather", arguments: '{"city":"Oslo"}' }] },
      { role: "tool", content: "rain", toolCallId: "t1" },
    ];
    const told = readRequest(send(provider, calling)).messages.map(({ text }) => text).join("\n");
    expect(told).toContain("weather");
    expect(told).toContain("Oslo");
    expect(told).toContain("rain");
  });
});

it("finds nothing in what is no request", () => {
  expect(readRequest(null)).toEqual({ messages: [], settings: [] });
  expect(readRequest([1]).messages).toEqual([]);
  expect(readRequest({ messages: "?" }).messages).toEqual([]);
});
