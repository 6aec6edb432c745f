import type { Provider } from "@/lib/contracts/models";

/** Where calls go, with what is needed to make them. Lives in memory only: it holds the key. */
export interface Endpoint {
  /** Id of the connection, or `local`: what the limiter shares. */
  id: string;
  /** For messages. */
  name: string;
  provider: Provider;
  /** Without a trailing slash, e.g. `https://api.openai.com/v1`. */
  baseUrl: string;
  apiKey: string | null;
  /** Requests in flight at most, over all workers. */
  concurrency: number;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** How often a server that cannot be reached is tried again. One that this installation itself restarts gets more patience. */
  unreachableAttempts: number;
  /** US dollars a million tokens, by model. */
  prices: ReadonlyMap<string, { input: number; output: number }>;
}

/** A model at an endpoint. */
export interface ResolvedModel {
  endpoint: Endpoint;
  /** Name sent to the endpoint. */
  model: string;
  /** What the model is, for fingerprints and call keys: never the connection's name or key. */
  identity: Record<string, unknown>;
}

export const defaultBaseUrls: Record<Provider, string> = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com/v1",
  "openai-compatible": "http://127.0.0.1:11434/v1",
};
