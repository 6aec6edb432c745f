import { fullBaseUrl, providers, type Provider, type SettingField } from "./providers";

/** What makers say of their models, for servers whose lists do not. A person's own number in the connection goes before it. */
export interface PublishedLimits {
  /** Tokens that prompt and reply may have together. */
  context: number;
  /** Tokens of a reply at most. */
  output: number | null;
}

/**
 * By the beginning of a model's name, the longest that fits; of the makers' own APIs alone, because a server of one's own may
 * be started with less. Read on 2026-11-25: platform.openai.com/docs/models, docs.anthropic.com/en/docs/about-claude/models,
 * ai.google.dev/gemini-api/docs/models, docs.mistral.ai/getting-started/models, api-docs.deepseek.com, docs.cohere.com/docs/models.
 */
const published: Partial<Record<Provider, Readonly<Record<string, readonly [context: number, output: number | null]>>>> = {
  openai: {
    "gpt-3.5-turbo": [16_385, 4096],
    "gpt-3.5-turbo-instruct": [4096, 4096],
    "gpt-4": [8192, 8192],
    "gpt-4-32k": [32_768, 32_768],
    "gpt-4-turbo": [128_000, 4096],
    "gpt-4-1106-preview": [128_000, 4096],
    "gpt-4-0125-preview": [128_000, 4096],
    "gpt-4o": [128_000, 16_384],
    "gpt-4o-2024-05-13": [128_000, 4096],
    "chatgpt-4o": [128_000, 16_384],
    "gpt-4.1": [1_047_576, 32_768],
    "gpt-4.5": [128_000, 16_384],
    "gpt-5": [400_000, 128_000],
    o1: [200_000, 100_000],
    "o1-mini": [128_000, 65_536],
    "o1-preview": [128_000, 32_768],
    o3: [200_000, 100_000],
    "o4-mini": [200_000, 100_000],
  },
  anthropic: {
    "claude-2": [100_000, 4096],
    "claude-3": [200_000, 4096],
    "claude-3-5": [200_000, 8192],
    "claude-3-7": [200_000, 64_000],
    "claude-opus-4": [200_000, 32_000],
    "claude-sonnet-4": [200_000, 64_000],
    "claude-haiku-4": [200_000, 64_000],
  },
  google: {
    "gemini-1.5-flash": [1_048_576, 8192],
    "gemini-1.5-pro": [2_097_152, 8192],
    "gemini-2.0-flash": [1_048_576, 8192],
    "gemini-2.5": [1_048_576, 65_536],
  },
  deepseek: {
    "deepseek-chat": [128_000, 8192],
    "deepseek-reasoner": [128_000, 65_536],
  },
  cohere: {
    "command-r": [128_000, 4096],
    "command-a": [256_000, 8192],
  },
};

/** Providers that serve another's models under their names. */
const sameAs: Partial<Record<Provider, Provider>> = { "openai-responses": "openai", vertex: "google" };

/** What a model's maker says of it; null for a model that is not listed. */
export function publishedLimits(provider: Provider, model: string): PublishedLimits | null {
  const listed = published[sameAs[provider] ?? provider];
  const name = Object.keys(listed ?? {})
    .filter((start) => model === start || (model.startsWith(start) && /^[-.@:]/.test(model.slice(start.length))))
    .sort((a, b) => b.length - a.length)[0];
  const limits = name === undefined ? undefined : listed?.[name];
  return limits ? { context: limits[0], output: limits[1] } : null;
}

export interface LimitedConnection {
  provider: string;
  /** Whole, as calls go to it. */
  baseUrl: string;
  settings: Partial<Record<SettingField, string>>;
  models: readonly { id: string; outputTokens: number | null }[];
}

const isProvider = (provider: string): provider is Provider => Object.hasOwn(providers, provider);

/** What a model's maker has published of its longest reply; null at any address but the provider's own. */
export function publishedOutput({ provider, baseUrl, settings }: Omit<LimitedConnection, "models">, model: string): number | null {
  return isProvider(provider) && fullBaseUrl(provider, "", settings) === baseUrl ? (publishedLimits(provider, model)?.output ?? null) : null;
}

/** Tokens of a model's longest reply at a connection: as a person put it, or as its maker has published; null where nobody says. */
export function findOutputLimit(connection: LimitedConnection, model: string): number | null {
  return connection.models.find(({ id }) => id === model)?.outputTokens ?? publishedOutput(connection, model);
}
