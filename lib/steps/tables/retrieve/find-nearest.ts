import type { SqlSession, TableContext } from "../../_sdk/step-runner";
import { buildVectorIndex, openVectorIndex, readVectors, requireIndexFits, type VectorIndexSettings } from "@/lib/tables/vector-index";
import { ROW } from "@/lib/steps/_sdk/own-columns";

/** Queries compared at a time: their best documents are all that is held, whatever the number of documents. */
const QUERIES_AT_ONCE = 2000;

/** The vectors of both sides as TEMP tables `(ROW BIGINT, vector FLOAT[n])`, those that cannot be compared left out. */
export const ASKED = "asked_by_retrieve";
export const DOCUMENTS = "documents_of_retrieve";
/** What was found: `(query, place, document, score)`, the best at place 0. */
export const FOUND = "found_by_retrieve";

interface Wanted {
  k: number;
  measure: "cosine" | "inner-product";
  /** Rows of the queries' table. */
  queries: number;
}

/** Keeps the best `k` of pairs `(query, document, score)`; equal scores in the documents' order. */
function insertBest(pairs: string, k: number): string {
  return `INSERT INTO ${FOUND}
    WITH compared AS (${pairs}),
      best AS (SELECT query, unnest(max_by(struct_pack(document := document, score := score), struct_pack(s := score, r := -document), ${String(k)})) AS hit FROM compared WHERE score IS NOT NULL AND NOT isnan(score) GROUP BY query)
    SELECT query, row_number() OVER (PARTITION BY query ORDER BY hit.score DESC, hit.document) - 1, hit.document, hit.score FROM best`;
}

const scoreSql = (measure: Wanted["measure"]): string => `${measure === "cosine" ? "array_cosine_similarity" : "array_inner_product"}(q.vector, d.vector)::DOUBLE`;

/** Compares every query with every document. */
export async function findExactly(sql: SqlSession, { k, measure, queries }: Wanted): Promise<void> {
  for (let start = 0; start < queries; start += QUERIES_AT_ONCE) {
    const asked = `(SELECT * FROM ${ASKED} WHERE ${ROW} >= ? AND ${ROW} < ?)`;
    await sql.run(insertBest(`SELECT q.${ROW} AS query, d.${ROW} AS document, ${scoreSql(measure)} AS score FROM ${asked} q CROSS JOIN ${DOCUMENTS} d`, k), [start, start + QUERIES_AT_ONCE]);
  }
}

/**
 * Takes about the nearest documents from an index, and compares these exactly, so that scores and their order are those of the
 * exact search. The index is kept for what the documents and its settings are.
 */
export async function findApproximately(context: Pick<TableContext<unknown>, "sql" | "signal" | "derivedFile">, wanted: Wanted & { documents: number; column: string }, settings: VectorIndexSettings): Promise<void> {
  const { sql, signal, derivedFile } = context;
  const [count] = await sql.query(`SELECT count(*) AS vectors FROM ${DOCUMENTS}`);
  const vectors = Number(count?.["vectors"]);
  if (vectors === 0) return;
  requireIndexFits(vectors, settings);
  const { searchEffort, ...built } = settings;
  const path = await derivedFile("documents", { kind: "usearch 2.25", column: wanted.column, ...built }, (file) => buildVectorIndex(readVectors(sql, DOCUMENTS, wanted.documents), settings, file, signal));
  const search = openVectorIndex(path, { ...built, searchEffort: Math.max(searchEffort, wanted.k) });
  for await (const batch of readVectors(sql, ASKED, wanted.queries)) {
    signal.throwIfAborted();
    const pairs = `(SELECT unnest(from_json(?, '[{"query":"BIGINT","document":"BIGINT"}]'), recursive := true))`;
    const compared = `SELECT p.query, p.document, ${scoreSql(wanted.measure)} AS score FROM ${pairs} p JOIN ${ASKED} q ON q.${ROW} = p.query JOIN ${DOCUMENTS} d ON d.${ROW} = p.document`;
    await sql.run(insertBest(compared, wanted.k), [JSON.stringify(search(batch, wanted.k))]);
  }
}
