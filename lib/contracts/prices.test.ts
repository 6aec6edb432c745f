import { describe, expect, it } from "vitest";
import { priceLists } from "./default-prices";
import { findListPrice, findPrice, findTrainingPrice, type PricedConnection, type PricedModel } from "./prices";
import { fullBaseUrl, providers, type Provider } from "./providers";

const own = (id: string, inputPrice: number | null, cachedInputPrice: number | null, outputPrice: number | null): PricedModel => ({ id, inputPrice, cachedInputPrice, outputPrice });
const connect = (provider: Provider, models: PricedModel[] = [], baseUrl = fullBaseUrl(provider, "", {})): PricedConnection => ({ provider, baseUrl, settings: {}, models });

describe("the price of a model", () => {
  it("is the list price where nothing was typed, for a dated snapshot too", () => {
    expect(findPrice(connect("openai", [own("gpt-4o-mini", null, null, null)]), "gpt-4o-mini")).toMatchObject({ source: "default", price: { input: 0.15, cachedInput: 0.075, output: 0.6 } });
    expect(findPrice(connect("openai"), "gpt-4o-mini-2024-07-18")?.price.output).toBe(0.6);
    expect(findPrice(connect("openai"), "gpt-4o-2024-05-13")?.price.input).toBe(5);
    expect(findPrice(connect("anthropic"), "claude-sonnet-4-5-20250929")?.price.output).toBe(15);
    expect(findPrice(connect("google"), "models/gemini-2.5-flash")).toBeNull();
  });

  it("is one's own before the list's, filled up from it where it was given in part", () => {
    const connection = connect("openai", [own("gpt-4o", 2, null, null), own("gpt-4.1", null, 0.2, null), own("mine", 1, null, 3)]);
    expect(findPrice(connection, "gpt-4o")).toEqual({ source: "own", price: { input: 2, cachedInput: 2, output: 10 } });
    expect(findPrice(connection, "gpt-4.1")).toEqual({ source: "own", price: { input: 2, cachedInput: 0.2, output: 8 } });
    expect(findPrice(connection, "mine")).toEqual({ source: "own", price: { input: 1, cachedInput: 1, output: 3 } });
  });

  it("is not known, rather than nothing, for what is not listed, half given, or at another address", () => {
    expect(findPrice(connect("openai"), "gpt-of-tomorrow")).toBeNull();
    expect(findPrice(connect("openai", [own("mine", 1, null, null)]), "mine")).toBeNull();
    expect(findPrice(connect("openai", [], "https://proxy.example.org/v1"), "gpt-4o")).toBeNull();
    expect(findPrice({ ...connect("openai"), provider: "pool" }, "gpt-4o")).toBeNull();
    expect(findPrice(connect("openai-compatible", [own("free", 0, null, 0)]), "free")?.price).toEqual({ input: 0, cachedInput: 0, output: 0 });
  });

  it("of a tuned model is that of its base's tuned ones, and of its training the list's", () => {
    const name = "ft:gpt-4.1-mini-2025-04-14:my-org:mine:abc";
    expect(findPrice(connect("openai"), name)?.price).toEqual({ input: 0.8, cachedInput: 0.2, output: 3.2 });
    expect(findPrice(connect("openai"), "ft:gpt-of-tomorrow:my-org::abc")).toBeNull();
    expect(findTrainingPrice(connect("openai"), "gpt-4.1-mini-2025-04-14")).toBe(5);
    expect(findTrainingPrice(connect("openai"), name)).toBe(5);
    expect(findTrainingPrice(connect("openai"), "gpt-5")).toBeNull();
    expect(findTrainingPrice(connect("openai", [], "https://proxy.example.org/v1"), "gpt-4.1")).toBeNull();
  });

  it("says of every list when it was noted and where it stands", () => {
    for (const [provider, list] of Object.entries(priceLists)) {
      expect(Object.keys(providers)).toContain(provider);
      expect(new Date(list.notedOn).toISOString().slice(0, 10)).toBe(list.notedOn);
      expect(list.page).toMatch(/^https:/);
      for (const [model, price] of Object.entries(list.models)) {
        expect(findListPrice(connect(provider as Provider), model)?.price.output).toBe(price.output);
        expect(price.cachedInput ?? price.input, model).toBeLessThanOrEqual(price.input);
      }
    }
  });
});
