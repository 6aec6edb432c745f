import type { Pool } from "pg";
import { makeEmbeddingKey } from "./call-key";
import { callEmbedding, embeddingBatch } from "./provider-call";
import type { EmbeddingOptions } from "./providers/protocol";
import type { TextTask } from "./text-caller";

const FIND = "SELECT key, vector FROM embedding_cache WHERE key = ANY($1)";
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

/** Vectors of texts, kept as 32-bit numbers. */
export function embeddingTask(pool: Pool): TextTask<EmbeddingOptions, Float32Array> {
  return {
    batch: embeddingBatch,
    key: ({ identity }, options, text) => makeEmbeddingKey(identity, options, text),
    async find(keys) {
      const { rows } = await pool.query<{ key: Buffer; vector: Buffer }>({ name: "embedding-lookup", text: FIND, values: [keys] });
      return rows.map(({ key, vector }) => ({ key, value: toVector(vector) }));
    },
    async send(target, options, texts, limits) {
      const { vectors, tokens } = await callEmbedding({ target, texts, ...options }, limits);
      return { values: vectors.map((vector) => Float32Array.from(vector)), tokens };
    },
    async store({ target, keys, values }) {
      await pool.query({ name: "embedding-store", text: STORE, values: [keys, keys.map(() => target.model), values.map(toBytes)] });
    },
  };
}
