import type { Pool } from "pg";
import { isAppError } from "@/lib/core/app-error";
import { retryWhileAway } from "@/lib/core/transient-error";
import { makeEmbeddingKey } from "./call-key";
import type { RunCall } from "./call-runner";
import type { ResolvedModel } from "./endpoint";
import { callEmbedding, embeddingBatch } from "./provider-call";
import type { EmbeddingPurpose } from "./providers/protocol";

const CHARACTERS_PER_TOKEN = 4;
const STORED_AT_ONCE = 500;

/** Errors that one text may cause for those sent with it. */
const OF_ONE_TEXT = new Set(["prompt_too_long", "model_request_refused", "model_content_filtered"]);

export interface EmbedOptions {
  model: ResolvedModel;
  texts: string[];
  /** Wished length of a vector; null for the model's own. */
  dimensions: number | null;
  purpose: EmbeddingPurpose;
  signal: AbortSignal;
  /** As that of a chat call. */
  startSignal?: AbortSignal;
}

export interface Embedded {
  /** In the order of the texts. */
  vectors: Float32Array[];
  /** Texts whose vectors were stored. */
  cached: number;
  promptTokens: number;
  /** Millionths of a US dollar. */
  costMicros: number;
}

interface Made {
  vector: Float32Array;
  cached: boolean;
  tokens: number;
  costMicros: number;
}

interface Waiting {
  text: string;
  key: Buffer;
  resolve: (made: Made) => void;
  reject: (error: unknown) => void;
}

/** Texts asked for in one turn that may share a request. */
interface Group {
  options: Omit<EmbedOptions, "texts">;
  waiting: Waiting[];
}

const STORE = `INSERT INTO embedding_cache (key, model, vector) SELECT * FROM unnest($1::bytea[], $2::text[], $3::bytea[]) ON CONFLICT (key) DO NOTHING`;

function toVector(bytes: Buffer): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, place) => view.getFloat32(place * 4, true));
}

function toBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, place) => bytes.writeFloatLE(value, place * 4));
  return bytes;
}

function cut<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/**
 * Embeds texts: each is cached by itself, and what is asked for in one turn, by rows that know nothing of each other, goes
 * in requests as large as the provider takes. A text that is refused fails alone.
 */
export function createEmbedder({ pool, runCall, timeoutMs }: { pool: Pool; runCall: RunCall; timeoutMs: number }): (options: EmbedOptions) => Promise<Embedded> {
  let groups: Group[] = [];

  async function findStored(waiting: Waiting[]): Promise<Waiting[]> {
    const missing: Waiting[] = [];
    for (const some of cut(waiting, STORED_AT_ONCE)) {
      const query = { name: "embedding-lookup", text: "SELECT key, vector FROM embedding_cache WHERE key = ANY($1)", values: [some.map(({ key }) => key)] };
      const { rows } = await retryWhileAway(() => pool.query<{ key: Buffer; vector: Buffer }>(query));
      const found = new Map(rows.map((row) => [row.key.toString("hex"), row.vector]));
      for (const one of some) {
        const bytes = found.get(one.key.toString("hex"));
        if (bytes) one.resolve({ vector: toVector(bytes), cached: true, tokens: 0, costMicros: 0 });
        else missing.push(one);
      }
    }
    return missing;
  }

  async function embedBatch(options: Group["options"], texts: string[]): Promise<Made[]> {
    const { model, dimensions, purpose, signal, startSignal } = options;
    const tokens = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN);
    const made = await runCall({ model, tokens, signal, startSignal, send: (target) => callEmbedding({ target, texts, dimensions, purpose }, { timeoutMs, signal }) });
    try {
      const { answer, target } = made;
      const vectors = answer.vectors.map((vector) => Float32Array.from(vector));
      const keys = texts.map((text) => makeEmbeddingKey(model.identity, { dimensions, purpose }, text));
      await retryWhileAway(() => pool.query({ name: "embedding-store", text: STORE, values: [keys, texts.map(() => target.model), vectors.map(toBytes)] }));
      const each = answer.tokens / texts.length;
      const price = target.endpoint.prices.get(target.model)?.input ?? 0;
      return vectors.map((vector) => ({ vector, cached: false, tokens: each, costMicros: each * price }));
    } finally {
      made.leave();
    }
  }

  async function serve(options: Group["options"], sameText: Waiting[][]): Promise<void> {
    try {
      const made = await embedBatch(options, sameText.map(([one]) => one?.text ?? ""));
      sameText.forEach((waiting, place) => {
        const own = made[place];
        // Of those that asked for the same text, the first pays.
        if (own) waiting.forEach(({ resolve }, index) => resolve(index === 0 ? own : { ...own, cached: true, tokens: 0, costMicros: 0 }));
      });
    } catch (error) {
      if (sameText.length > 1 && isAppError(error) && OF_ONE_TEXT.has(error.code)) {
        const half = Math.ceil(sameText.length / 2);
        await Promise.all([serve(options, sameText.slice(0, half)), serve(options, sameText.slice(half))]);
        return;
      }
      for (const { reject } of sameText.flat()) reject(error);
    }
  }

  async function flush({ options, waiting }: Group): Promise<void> {
    try {
      const missing = await findStored(waiting);
      const byText = new Map<string, Waiting[]>();
      for (const one of missing) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
      await Promise.all(cut([...byText.values()], embeddingBatch(options.model)).map((batch) => serve(options, batch)));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  function ask(options: Group["options"], text: string): Promise<Made> {
    const { model, dimensions, purpose, signal } = options;
    const isSame = ({ options: other }: Group): boolean => other.model === model && other.dimensions === dimensions && other.purpose === purpose && other.signal === signal;
    let group = groups.find(isSame);
    if (!group) {
      groups.push((group = { options, waiting: [] }));
      if (groups.length === 1) {
        setImmediate(() => {
          const ready = groups;
          groups = [];
          for (const one of ready) void flush(one);
        });
      }
    }
    const { waiting } = group;
    return new Promise((resolve, reject) => {
      waiting.push({ text, key: makeEmbeddingKey(model.identity, { dimensions, purpose }, text), resolve, reject });
    });
  }

  return async ({ texts, ...options }) => {
    const made = await Promise.all(texts.map((text) => ask(options, text)));
    return {
      vectors: made.map(({ vector }) => vector),
      cached: made.filter(({ cached }) => cached).length,
      promptTokens: Math.round(made.reduce((sum, { tokens }) => sum + tokens, 0)),
      costMicros: Math.round(made.reduce((sum, { costMicros }) => sum + costMicros, 0)),
    };
  };
}
