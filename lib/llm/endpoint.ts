import type { ModelPrice } from "@/lib/contracts/prices";
import type { Provider, SecretField, SettingField } from "@/lib/contracts/providers";

/** Where calls go, with what is needed to make them. Lives in memory only: it holds the keys. */
export interface Endpoint {
  /** Id of the connection, or `local`: what the limiter shares. */
  id: string;
  /** For messages. */
  name: string;
  provider: Provider;
  /** Without a trailing slash, e.g. `https://api.openai.com/v1`. */
  baseUrl: string;
  secrets: Partial<Record<SecretField, string>>;
  settings: Partial<Record<SettingField, string>>;
  /** Requests in flight at most, over all workers. */
  concurrency: number;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** How often a server that cannot be reached is tried again. One that this installation itself restarts gets more patience. */
  unreachableAttempts: number;
  /** Reverie's own model server, which takes more than the interface that it copies. */
  isOwnServer?: boolean;
  /** By model; nothing where the price is not known. */
  prices: { get(model: string): ModelPrice | undefined };
}

/** A model's name at an endpoint. */
export interface ModelTarget {
  endpoint: Endpoint;
  /** Name sent to the endpoint. */
  model: string;
}

/** A model at an endpoint, or at each of a pool's. */
export interface ResolvedModel extends ModelTarget {
  /** What the model is, for fingerprints and call keys: never the connection's name or key. */
  identity: Record<string, unknown>;
  /** The other servers of a pool, which answer as this one does. */
  others?: ModelTarget[];
  /** Whose calls they are in the limiter, such as a run's; lanes take turns. */
  lane?: string;
}
