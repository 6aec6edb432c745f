import { describe, expect, it } from "vitest";
import { providerEntry, type Provider } from "@/lib/contracts/providers";
import { describeChanged, type ChangedValue } from "@/lib/contracts/changed-values";
import type { Sampling } from "./chat";
import { writeChat } from "./provider-call";
import { leaveOutRefused, readRefusal } from "./refusals";
import { describeStatus, readProviderError } from "./providers/describe-status";
import { normaliseFinish } from "./providers/finish-reason";
import { splitThinking } from "./providers/message-parts";
import { openAiChat } from "./providers/openai-chat";
import { anthropicMessages } from "./providers/anthropic-messages";
import type { ChatRequest } from "./providers/protocol";
import { strictSchema } from "./providers/strict-schema";
import { openKind, providerKinds } from "@/tests/support/provider-kinds";

const target = openKind("openai", "http://127.0.0.1:9");
const errorOf = (message: string, more: Record<string, unknown> = {}) => readProviderError(JSON.stringify({ error: { message, ...more } }), target.endpoint);

describe("thinking within a reply", () => {
  it.each([
    ["<think>Hm.</think>\n\nYes.", "Yes.", "Hm."],
    ["Hm.</think>Yes.", "Yes.", "Hm."],
    ["<think>Hm, and then", "", "Hm, and then"],
    ["Yes.", "Yes.", null],
    ["The tag <think> opens it and </think> ends it.", "The tag <think> opens it and </think> ends it.", null],
  ])("%j", (said, text, thinking) => {
    expect(splitThinking(said)).toEqual({ text, thinking });
  });
});

describe("a refused parameter", () => {
  const body = () => ({ model: "m", temperature: 0, top_p: 1, max_tokens: 5, stop: ["x"] });
  it.each([
    ["Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", { param: "max_tokens" }, "max_tokens"],
    ["Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", {}, "temperature"],
    ["`temperature` and `top_p` cannot both be specified for this model.", {}, "top_p"],
    ["max_tokens is too large: 5. This model supports at most 4.", { param: "max_tokens" }, null],
    ["Messages must not be empty.", {}, null],
  ])("%s", (message, more, expected) => {
    expect(readRefusal(openAiChat, body(), errorOf(message, more))).toBe(expected);
  });

  const leaveOut = (given: Record<string, unknown>, ...refused: string[]) => {
    const changed: ChangedValue[] = [];
    const sent = leaveOutRefused(openAiChat, given, new Map(refused.map((one) => [one, "no"])), (one) => changed.push(one));
    return [sent, ...changed.map(describeChanged)];
  };

  it("of 0 is the nearest that the model takes, which is told: a small one, or a small share of words", () => {
    expect(readRefusal(openAiChat, body(), errorOf("temperature must be greater than 0"))).toBe("temperature=0");
    expect(readRefusal(openAiChat, body(), errorOf("Input should be strictly positive", { param: "temperature" }))).toBe("temperature=0");
    expect(readRefusal(openAiChat, { ...body(), temperature: 0.5 }, errorOf("top_p must be greater than 0"))).toBeNull();
    expect(leaveOut({ temperature: 0 }, "temperature=0")).toEqual([{ temperature: 0.001 }, "temperature 0.001 instead of temperature 0"]);
    expect(leaveOut({ temperature: 0.5 }, "temperature=0")).toEqual([{ temperature: 0.5 }]);
    expect(leaveOut({ temperature: 0 }, "temperature")).toEqual([{ top_p: 0.001 }, "top_p 0.001 instead of temperature 0"]);
    expect(leaveOut({ temperature: 0, top_p: 0.5 }, "temperature")).toEqual([{ top_p: 0.5 }, "no word of temperature 0"]);
    expect(leaveOut({ temperature: 0.5 }, "temperature")).toEqual([{}, "no word of temperature 0.5"]);
    expect(leaveOut({ temperature: 0 }, "temperature", "top_p")).toEqual([{}, "no word of temperature 0"]);
    expect(leaveOut({ seed: 7, stop: ["x"] }, "seed", "stop")).toEqual([{}, "no word of seed 7"]);
  });

  it("is only the one value where a model always thinks, which takes the other amounts", () => {
    expect(readRefusal(openAiChat, { reasoning_effort: "none" }, errorOf("Unsupported value: 'reasoning_effort' does not support 'none' with this model."))).toBe("reasoning_effort=none");
    expect(leaveOut({ reasoning_effort: "none" }, "reasoning_effort=none")).toEqual([{}, "no word of thinking none"]);
    expect(leaveOut({ reasoning_effort: "high" }, "reasoning_effort=none")).toEqual([{ reasoning_effort: "high" }]);
  });

  it("keeps its value where it has another name, and is left out where that is refused too", () => {
    expect(leaveOut(body(), "max_tokens", "stop")).toEqual([{ model: "m", temperature: 0, top_p: 1, max_completion_tokens: 5 }]);
    expect(leaveOut(body(), "max_tokens", "max_completion_tokens", "stop")).toEqual([{ model: "m", temperature: 0, top_p: 1 }, "no word of max_tokens 5"]);
  });
});

describe("a value that a provider's interface does not take", () => {
  const sampling = { temperature: 1.5, topP: 1, maxTokens: null, stop: ["x"], seed: 7, topK: 5 };
  const write = (kind: Provider, changed: Partial<Sampling> = {}, extras = {}) => {
    const written = writeChat(openKind(kind, "http://127.0.0.1:9"), { messages: [{ role: "user", content: "Hi" }], sampling: { ...sampling, ...changed }, extras });
    return { body: written.body, told: written.changed.map(describeChanged) };
  };

  it.each<[Provider, Partial<Sampling>, object, Record<string, unknown>, string[]]>([
    ["cohere", {}, {}, { temperature: 1, seed: 7, k: 5 }, ["temperature 1 instead of temperature 1.5"]],
    ["anthropic", { temperature: 0.5 }, {}, { temperature: 0.5, top_k: 5 }, ["no word of seed 7"]],
    ["anthropic", { seed: null }, {}, { temperature: 1 }, ["temperature 1 instead of temperature 1.5"]],
    ["anthropic", { seed: null, temperature: 1 }, { thinking: "low" }, { thinking: { type: "enabled", budget_tokens: 2048 } }, ["no word of top_k 5"]],
    ["anthropic", { seed: null, thinkFirst: true }, {}, {}, ["no word of temperature 1.5", "no word of top_k 5"]],
    ["mistral", { topK: undefined }, { thinking: "low" }, { random_seed: 7, temperature: 1.5 }, ["no word of thinking low"]],
  ])("is told: %s %j %j", (kind, changed, extras, body, told) => {
    const written = write(kind, changed, extras);
    expect(written.body).toMatchObject(body);
    expect(written.told).toEqual(told);
  });

  it("ends the call where a person wants what was asked", () => {
    const call = { messages: [], sampling: { ...sampling, seed: null }, extras: {}, isExact: true };
    expect(() => writeChat(openKind("cohere", "http://127.0.0.1:9"), call)).toThrow(/temperature 1 instead of temperature 1.5/);
    expect(writeChat(openKind("cohere", "http://127.0.0.1:9"), { ...call, sampling: { ...call.sampling, temperature: 1 } }).changed).toEqual([]);
  });
});

describe("a provider's error", () => {
  it.each<[number, unknown, string]>([
    [400, { error: { code: 400, message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT" } }, "model_key_refused"],
    [400, { message: "The provided model identifier is invalid." }, "model_not_found"],
    [400, { error: { message: "nope", code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" } } }, "model_content_filtered"],
    [400, { type: "error", error: { type: "invalid_request_error", message: "Your credit balance is too low to access the API." } }, "model_credit_exhausted"],
    [422, { detail: [{ loc: ["body", "messages"], msg: "Field required" }] }, "model_request_refused"],
    [404, { error: 'model "x" not found, try pulling it first' }, "model_not_found"],
    [529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "model_server_error"],
    [400, [{ error: { code: 400, message: "The input token count exceeds the maximum number of tokens allowed" } }], "prompt_too_long"],
  ])("%i %j", (status, body, code) => {
    const error = describeStatus({ status, text: JSON.stringify(body), retryAfterSeconds: null }, target);
    expect([error.code, error.data.detail]).toEqual([code, expect.not.stringMatching(/^$|undefined/)]);
  });
});

describe("the catalogue of providers", () => {
  it.each(providerKinds)("%s embeds by a protocol that can, and thinks by one that can be told", (kind) => {
    const { capabilities, baseUrl, settings } = providerEntry(kind);
    expect(baseUrl).toMatch(/^https?:\/\//);
    for (const [, name] of baseUrl.matchAll(/\{(\w+)\}/g)) expect(settings.map((setting) => setting.name)).toContain(name);
    expect(capabilities.system).toBe(true);
  });

  it("ends replies in our words, also those of old", () => {
    expect(["end_turn", "STOP", "MAX_TOKENS", "tool_use", "SAFETY", "length", null, "Odd"].map(normaliseFinish)).toEqual(["stop", "stop", "length", "tool_calls", "content_filter", "length", null, "odd"]);
  });
});

describe("a schema", () => {
  it("is closed where it does not say otherwise", () => {
    const inner = { type: "object", properties: { b: { type: "string" } }, required: [] };
    const schema = { type: "object", properties: { a: inner, list: { type: "array", items: { type: "object", properties: { c: { type: "integer" } } } } } };
    expect(strictSchema(schema)).toEqual({
      type: "object",
      additionalProperties: false,
      required: ["a", "list"],
      properties: { a: { ...inner, additionalProperties: false }, list: { type: "array", items: { type: "object", additionalProperties: false, required: ["c"], properties: { c: { type: "integer" } } } } },
    });
  });

  it("becomes a tool that must be called, for a model of Anthropic's that has no constrained mode", () => {
    const model = openKind("anthropic", "http://127.0.0.1:9");
    const sampling = { temperature: null, topP: null, maxTokens: null, stop: [], seed: null };
    const request: ChatRequest = { target: model, messages: [], sampling, extras: { responseSchema: { name: "person", schema: { type: "object" } } }, rule: null, isRuledBySchema: false, refused: new Map([["output_config", "no"]]) };
    expect(anthropicMessages.body(request)).toMatchObject({ tools: [{ name: "person" }], tool_choice: { type: "tool", name: "person" } });
    const reply = anthropicMessages.parse({ content: [{ type: "tool_use", id: "1", name: "person", input: { age: 3 } }], stop_reason: "tool_use" }, request);
    expect([reply.text, reply.toolCalls, reply.finishReason]).toEqual(['{"age":3}', [], "stop"]);
  });
});
