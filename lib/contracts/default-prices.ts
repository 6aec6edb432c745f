import type { Provider } from "./providers";

/** US dollars a million tokens. Without a price for cached input it costs as much as any other. */
export interface ListPrice {
  input: number;
  cachedInput?: number;
  output: number;
}

export interface PriceList {
  /** The provider's public page of prices. */
  page: string;
  /** As of when they are believed to hold. A price may have changed since: a person can put another one on the connection. */
  notedOn: string;
  /** By model; a name stands for its dated snapshots as well, unless one has an entry of its own. */
  models: Readonly<Record<string, ListPrice>>;
  /** Of models tuned there: `training` is for a million tokens trained on, the rest for calls of what was made. */
  tuned?: Readonly<Record<string, ListPrice & { training: number }>>;
}

// https://platform.openai.com/docs/pricing
const openai: PriceList = {
  page: "https://platform.openai.com/docs/pricing",
  notedOn: "2026-03-21",
  models: {
    "gpt-5": { input: 1.25, cachedInput: 0.125, output: 10 },
    "gpt-5-mini": { input: 0.25, cachedInput: 0.025, output: 2 },
    "gpt-5-nano": { input: 0.05, cachedInput: 0.005, output: 0.4 },
    "gpt-4.1": { input: 2, cachedInput: 0.5, output: 8 },
    "gpt-4.1-mini": { input: 0.4, cachedInput: 0.1, output: 1.6 },
    "gpt-4.1-nano": { input: 0.1, cachedInput: 0.025, output: 0.4 },
    "gpt-4o": { input: 2.5, cachedInput: 1.25, output: 10 },
    "gpt-4o-2024-05-13": { input: 5, output: 15 },
    "gpt-4o-mini": { input: 0.15, cachedInput: 0.075, output: 0.6 },
    o3: { input: 2, cachedInput: 0.5, output: 8 },
    "o3-mini": { input: 1.1, cachedInput: 0.55, output: 4.4 },
    "o4-mini": { input: 1.1, cachedInput: 0.275, output: 4.4 },
    "text-embedding-3-small": { input: 0.02, output: 0 },
    "text-embedding-3-large": { input: 0.13, output: 0 },
  },
  tuned: {
    "gpt-4.1": { training: 25, input: 3, cachedInput: 0.75, output: 12 },
    "gpt-4.1-mini": { training: 5, input: 0.8, cachedInput: 0.2, output: 3.2 },
    "gpt-4.1-nano": { training: 1.5, input: 0.2, cachedInput: 0.05, output: 0.8 },
    "gpt-4o": { training: 25, input: 3.75, cachedInput: 1.875, output: 15 },
    "gpt-4o-mini": { training: 3, input: 0.3, cachedInput: 0.15, output: 1.2 },
  },
};

// https://docs.claude.com/en/docs/about-claude/pricing
const anthropic: PriceList = {
  page: "https://docs.claude.com/en/docs/about-claude/pricing",
  notedOn: "2026-03-21",
  models: {
    "claude-opus-4-5": { input: 5, cachedInput: 0.5, output: 25 },
    "claude-opus-4-1": { input: 15, cachedInput: 1.5, output: 75 },
    "claude-opus-4-0": { input: 15, cachedInput: 1.5, output: 75 },
    "claude-opus-4": { input: 15, cachedInput: 1.5, output: 75 },
    "claude-sonnet-4-5": { input: 3, cachedInput: 0.3, output: 15 },
    "claude-sonnet-4-0": { input: 3, cachedInput: 0.3, output: 15 },
    "claude-sonnet-4": { input: 3, cachedInput: 0.3, output: 15 },
    "claude-haiku-4-5": { input: 1, cachedInput: 0.1, output: 5 },
    "claude-3-5-haiku": { input: 0.8, cachedInput: 0.08, output: 4 },
    "claude-3-haiku": { input: 0.25, cachedInput: 0.03, output: 1.25 },
  },
};

/**
 * List prices of what is called at the provider's own address. They were compared with copies of price lists, not read off the
 * providers' pages, and cached input mostly not even that; so people are told to check them, and can put their own instead.
 */
export const priceLists: Partial<Record<Provider, PriceList>> = { openai, "openai-responses": openai, anthropic };
