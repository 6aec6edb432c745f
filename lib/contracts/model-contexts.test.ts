import { expect, it } from "vitest";
import { findOutputLimit, publishedLimits } from "./model-contexts";

it.each([
  ["openai", "gpt-4", 8192],
  ["openai", "gpt-4-0613", 8192],
  ["openai", "gpt-4o-mini-2024-07-18", 128_000],
  ["openai", "gpt-4.1-mini", 1_047_576],
  ["openai-responses", "o3-mini", 200_000],
  ["anthropic", "claude-3-5-sonnet-latest", 200_000],
  ["openai", "gpt-42", null],
  // A server of one's own may take less than the maker's.
  ["openai-compatible", "gpt-4", null],
] as const)("%s %s takes %s tokens", (provider, model, context) => {
  expect(publishedLimits(provider, model)?.context ?? null).toBe(context);
});

it("a reply is as long as a person says, or as its maker has published for its own address", () => {
  const own = { provider: "openai", baseUrl: "https://api.openai.com/v1", settings: {}, models: [{ id: "gpt-4.1", outputTokens: 40_000 }, { id: "gpt-4o", outputTokens: null }] };
  expect(["gpt-4.1", "gpt-4o", "gpt-42"].map((model) => findOutputLimit(own, model))).toEqual([40_000, 16_384, null]);
  expect(findOutputLimit({ ...own, baseUrl: "https://gateway.example.org/v1" }, "gpt-4o")).toBeNull();
});
