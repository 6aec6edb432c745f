import { describe, expect, it } from "vitest";
import { makeCallKeys, makeClassificationKey, makeEmbeddingKey } from "./call-key";
import type { EmbeddingOptions } from "./providers/protocol";
import type { ChatMessage, Sampling } from "./chat";

const identity = { provider: "openai", baseUrl: "https://api.openai.com/v1", model: "gpt-4o-mini" };
const sampling: Sampling = { temperature: 0, topP: null, maxTokens: 50, stop: ["END"], seed: 7 };
const messages: ChatMessage[] = [{ role: "system", content: "Be “brief”.\n" }, { role: "user", content: "Hello?" }];
const keyOf = (extras?: Parameters<typeof makeCallKeys>[4], said = messages, sample = 3): string => makeCallKeys(identity, sampling, said, sample, extras).key.toString("hex");

describe("the key of a call", () => {
  it("is what it was before there was anything but text: replies on people's disks stay theirs", () => {
    expect(keyOf()).toBe("fd166ecc1cf44d6d46d21ae96636646430f1421adc6c7afa48567653ea453d1f");
    expect(keyOf({})).toBe(keyOf());
  });

  it("tells apart what shapes the reply", () => {
    const image: ChatMessage[] = [{ role: "user", content: [{ type: "image", url: "https://example.org/a.png" }] }];
    const keys = [
      keyOf(),
      keyOf(undefined, messages, 4),
      keyOf({ thinking: "low" }),
      keyOf({ responseSchema: { name: "a", schema: { type: "object" } } }),
      keyOf({ tools: [{ name: "a", description: "", parameters: {} }] }),
      keyOf(undefined, image),
      keyOf(undefined, [...messages, { role: "assistant", content: "", toolCalls: [{ id: "1", name: "a", arguments: "{}" }] }]),
      keyOf(undefined, [...messages, { role: "tool", content: "x", toolCallId: "1" }]),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("without its limit of tokens is one for all limits, and the key of no call", () => {
    const openOf = (changed: Partial<Sampling>): string => makeCallKeys(identity, { ...sampling, ...changed }, messages, 3).openKey.toString("hex");
    const exactOf = (changed: Partial<Sampling>): string => makeCallKeys(identity, { ...sampling, ...changed }, messages, 3).key.toString("hex");
    expect([openOf({ maxTokens: 900 }), openOf({ maxTokens: null })]).toEqual([openOf({}), openOf({})]);
    expect(new Set([openOf({}), openOf({ temperature: 1 }), openOf({ seed: 8 }), exactOf({}), exactOf({ maxTokens: null })]).size).toBe(5);
  });

  it("of a vector or of label scores is another for another model, length, purpose, cutting or text", () => {
    const plain: EmbeddingOptions = { dimensions: null, purpose: "document", truncate: false };
    const keys = [
      makeEmbeddingKey(identity, plain, "a"),
      makeEmbeddingKey(identity, plain, "b"),
      makeEmbeddingKey({ ...identity, model: "m" }, plain, "a"),
      makeEmbeddingKey(identity, { ...plain, dimensions: 256 }, "a"),
      makeEmbeddingKey(identity, { ...plain, purpose: "query" }, "a"),
      makeEmbeddingKey(identity, { ...plain, truncate: true }, "a"),
      makeClassificationKey(identity, { truncate: false, measure: "labels" }, "a"),
      makeClassificationKey(identity, { truncate: false, measure: "likelihood" }, "a"),
      makeClassificationKey(identity, { truncate: true, measure: "labels" }, "a"),
      makeClassificationKey(identity, { truncate: false, measure: "labels" }, "b"),
    ].map((key) => key.toString("hex"));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
