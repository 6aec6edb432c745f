/**
 * The search by an index against the exact one, over vectors in clusters as those of texts are:
 * `--vectors 100000 --length 128 --queries 1000 --k 10`. Prints seconds, their ratio, what the index finds, and its size.
 */
import { mkdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckDb } from "@/lib/tables/duckdb";
import { buildVectorIndex, readVectors, type VectorIndexSettings } from "@/lib/tables/vector-index";
import { ASKED, DOCUMENTS, findApproximately, findExactly, FOUND } from "@/lib/steps/tables/retrieve/find-nearest";
import { readOption } from "../support/figures";
import { timeSeconds } from "./time-seconds";
import { ROW } from "@/lib/steps/_sdk/own-columns";

const vectors = readOption("vectors", 100_000);
const length = readOption("length", 128);
const queries = readOption("queries", 1000);
const k = readOption("k", 10);
const CLUSTERS = 500;
const dataFolder = join(tmpdir(), "reverie-bench-retrieve");
await mkdir(dataFolder, { recursive: true });
const db = await openDuckDb({ dataFolder, memoryLimitMb: 3000, threads: 2 });
const sql = await db.openSession({ readable: [dataFolder], writable: dataFolder });

/** A vector is its cluster's, and as much of its own again; hashes make the same ones each time. */
const number = (seed: string): string => `(hash(${seed}) % 20001)::FLOAT / 10000 - 1`;
const makeVectors = (name: string, count: number): Promise<void> =>
  sql.run(`CREATE TEMP TABLE ${name} AS SELECT i AS ${ROW}, list_transform(range(${String(length)}), lambda d: ${number(`(i % ${String(CLUSTERS)}) * 100003 + d`)} + ${number(`'${name}' || (i * 100003 + d)`)})::FLOAT[${String(length)}] AS vector FROM range(${String(count)}) r(i)`);
await makeVectors(DOCUMENTS, vectors);
await makeVectors(ASKED, queries);

const wanted = { k, measure: "cosine", queries } as const;
const settings: VectorIndexSettings = { length, measure: "cosine", connectivity: 16, buildEffort: 128, searchEffort: 64 };
const { signal } = new AbortController();
const emptyFound = (): Promise<void> => sql.run(`CREATE OR REPLACE TEMP TABLE ${FOUND} (query BIGINT, place BIGINT, document BIGINT, score DOUBLE)`);

await emptyFound();
const exact = await timeSeconds(() => findExactly(sql, wanted));
await sql.run(`CREATE TEMP TABLE exactly_found AS FROM ${FOUND}`);
const path = join(dataFolder, "index");
const built = await timeSeconds(() => buildVectorIndex(readVectors(sql, DOCUMENTS, vectors), settings, path, signal));
console.log(`${String(vectors)} vectors of ${String(length)} numbers, ${String(queries)} queries, k = ${String(k)}`);
console.log(`exact: ${exact.toFixed(1)} s; index built in ${built.toFixed(1)} s, ${((await stat(path)).size / 2 ** 20).toFixed(0)} MB`);
for (const searchEffort of [64, 128, 256]) {
  await emptyFound();
  const derivedFile = () => Promise.resolve(path);
  const took = await timeSeconds(() => findApproximately({ sql, signal, derivedFile }, { ...wanted, documents: vectors, column: "vector" }, { ...settings, searchEffort }));
  const [same] = await sql.query(`SELECT count(*) AS found FROM ${FOUND} JOIN exactly_found USING (query, document)`);
  const recall = Number(same?.["found"]) / (queries * k);
  console.log(`by the index, effort ${String(searchEffort)}: ${took.toFixed(2)} s, ${(took / exact).toFixed(4)} of exact; recall@${String(k)} ${recall.toFixed(4)}`);
}
sql.close();
await db.close();
await rm(dataFolder, { recursive: true, force: true });
