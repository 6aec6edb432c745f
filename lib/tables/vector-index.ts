import { setImmediate } from "node:timers/promises";
import { createRequire } from "node:module";
import type * as Usearch from "usearch";
import { AppError } from "@/lib/core/app-error";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import { ROW } from "@/lib/steps/_sdk/own-columns";

/**
 * Hierarchical navigable small worlds: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using
 * hierarchical navigable small world graphs" (2016); M, efConstruction and ef there.
 */
export interface VectorIndexSettings {
  /** Numbers in a vector. */
  length: number;
  measure: "cosine" | "inner-product";
  /** Neighbours of a vector in the graph. */
  connectivity: number;
  /** Candidates looked at for each vector that is put in. */
  buildEffort: number;
  /** Candidates looked at for each search. */
  searchEffort: number;
}

/** A numbered vector. */
export interface NumberedVector {
  number: number;
  vector: Float32Array;
}

/** As an ES module it looks for its native part from whatever called it, which fails where that is compiled on the way. */
const requireUsearch = createRequire(import.meta.url);

/** Memory of an index, at most: it is held as a whole while it is built and searched. */
const MOST_BYTES = 2 * 2 ** 30;
/** Vectors put in, or searched for, between two looks at what else there is to do. */
const AT_ONCE = 64;
const ROWS_READ_AT_ONCE = 1000;

/** Bytes of memory, near enough: the vectors as 32-bit numbers, the lowest layer of the graph with twice the neighbours, the rest of it. */
function estimateBytes(vectors: number, { length, connectivity }: VectorIndexSettings): number {
  return vectors * (4 * length + 4 * 2 * connectivity + 4 * connectivity + 64);
}

/** Throws `index_too_large`. */
export function requireIndexFits(vectors: number, settings: VectorIndexSettings): void {
  const bytes = estimateBytes(vectors, settings);
  if (bytes <= MOST_BYTES) return;
  throw new AppError("index_too_large", { documents: vectors, length: settings.length, megabytes: Math.round(bytes / 2 ** 20), most: MOST_BYTES / 2 ** 20 });
}

/** Throws `index_unavailable` where the library has nothing for this machine. */
function createIndex({ length, measure, connectivity, buildEffort, searchEffort }: VectorIndexSettings): Usearch.Index {
  try {
    const { Index, MetricKind, ScalarKind } = requireUsearch("usearch") as typeof Usearch;
    const metric = measure === "cosine" ? MetricKind.Cos : MetricKind.IP;
    return new Index({ dimensions: length, metric, quantization: ScalarKind.F32, connectivity, expansion_add: buildEffort, expansion_search: searchEffort, multi: false });
  } catch (error) {
    throw new AppError("index_unavailable", { detail: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
}

function joinVectors(rows: readonly NumberedVector[], length: number): Float32Array {
  const joined = new Float32Array(rows.length * length);
  for (const [place, { vector }] of rows.entries()) joined.set(vector, place * length);
  return joined;
}

/** The vectors of a table `(ROW BIGINT, vector FLOAT[n])` with these row numbers, in order. */
export async function* readVectors(sql: SqlSession, table: string, rows: number): AsyncGenerator<NumberedVector[]> {
  for (let start = 0; start < rows; start += ROWS_READ_AT_ONCE) {
    const read = await sql.query(`SELECT ${ROW}, vector FROM ${table} WHERE ${ROW} >= ? AND ${ROW} < ? ORDER BY ${ROW}`, [start, start + ROWS_READ_AT_ONCE]);
    const vectors = read.map((row) => ({ number: Number(row[ROW]), vector: Float32Array.from(row["vector"] as number[]) }));
    for (let at = 0; at < vectors.length; at += AT_ONCE) yield vectors.slice(at, at + AT_ONCE);
  }
}

/** Puts vectors into a new index, one after the other so that the same vectors give the same index, and writes it to a file. */
export async function buildVectorIndex(batches: AsyncIterable<NumberedVector[]>, settings: VectorIndexSettings, path: string, signal: AbortSignal): Promise<void> {
  const index = createIndex(settings);
  for await (const batch of batches) {
    index.add(BigUint64Array.from(batch, ({ number }) => BigInt(number)), joinVectors(batch, settings.length), 1);
    await setImmediate();
    signal.throwIfAborted();
  }
  index.save(path);
}

export interface FoundVector {
  query: number;
  document: number;
}

/** A search in the index of a file. Gives, for each query of a batch, the numbers of about the nearest `k`. */
export function openVectorIndex(path: string, settings: VectorIndexSettings): (queries: readonly NumberedVector[], k: number) => FoundVector[] {
  const index = createIndex(settings);
  index.load(path);
  return (queries, k) =>
    queries.flatMap(({ number, vector }) => {
      const { keys } = index.search(vector, Math.min(k, index.size()), 1);
      return Array.from(keys, (key) => ({ query: number, document: Number(key) }));
    });
}
