import { describe, expect, it } from "vitest";
import { readContexts, readRefusedContext } from "./read-contexts";

describe("the context of a model, as its server's list says it", () => {
  it.each<[string, unknown, Record<string, number>]>([
    ["vLLM", { data: [{ id: "m", max_model_len: 8192 }] }, { m: 8192 }],
    ["OpenRouter", { data: [{ id: "a/m", context_length: 200_000, top_provider: {} }] }, { "a/m": 200_000 }],
    ["Together", [{ id: "a/m", context_length: 32_768 }], { "a/m": 32_768 }],
    ["Mistral", { data: [{ id: "m", max_context_length: 131_072 }] }, { m: 131_072 }],
    ["Google", { models: [{ name: "models/gemini", inputTokenLimit: 1_048_576 }] }, { gemini: 1_048_576 }],
    ["Cohere", { models: [{ name: "command", context_length: 128_000 }] }, { command: 128_000 }],
    ["llama.cpp", { data: [{ id: "m", meta: { n_ctx_train: 4096 } }] }, { m: 4096 }],
    ["OpenAI, which does not", { data: [{ id: "gpt-5", object: "model" }] }, {}],
    ["nonsense", { data: [{ id: "m", max_model_len: "many" }] }, {}],
    ["no list", "hello", {}],
  ])("%s", (_, list, expected) => {
    expect(Object.fromEntries(readContexts(list))).toEqual(expected);
  });
});

describe("the context of a model, as a refusal says it", () => {
  it.each<[string, number | null]>([
    ["This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", 8192],
    ["prompt is too long: 210000 tokens > 200000 maximum", 200_000],
    ["The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).", 1_048_576],
    ["The prompt has 700 tokens and the model's context is 512, answer included.", 512],
    ["the request exceeds the available context size: 4,096 tokens", 4096],
    ["Too long.", null],
  ])("%s", (detail, tokens) => {
    expect(readRefusedContext(detail)).toBe(tokens);
  });
});
