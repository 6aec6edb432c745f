import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { isDirection, isVector, vectorSql } from "@/lib/tables/vector-sql";
import type { InputTable, SqlSession, StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** Queries compared at a time: their best documents are all that is held, whatever the number of documents. */
const QUERIES_AT_ONCE = 2000;

/** Length of the vectors of a column; null where it has none. Throws `vectors_unlike` where they differ. */
async function findLength(sql: SqlSession, { view }: InputTable, column: string): Promise<number | null> {
  const vector = vectorSql(column);
  const [found] = await sql.query(`SELECT min(len(${vector})) AS least, max(len(${vector})) AS most FROM ${view}`);
  if (found?.["least"] !== found?.["most"]) throw new AppError("vectors_unlike", { a: Number(found?.["least"]), b: Number(found?.["most"]) });
  return found?.["most"] === null || found?.["most"] === undefined ? null : Number(found["most"]);
}

/** What is told of a document beside its carried columns. */
function describeDocument(carry: readonly string[]): string {
  const carried = carry.map((name) => `${quoteIdentifier(name)} := d.${quoteIdentifier(name)}`);
  return `struct_pack(${[...carried, `"index" := d.__row`, `score := f.score`].join(", ")})`;
}

export const run: StepRunner<typeof definition> = {
  kind: "table",
  // Exact: every query is compared with every document.
  async run({ params, input, sql, emit, fail }) {
    const queries = input("queries");
    const documents = input("documents");
    const lengths = [await findLength(sql, queries, params.queryVector), await findLength(sql, documents, params.documentVector)];
    const [wanted, length] = lengths;
    if (wanted !== null && length !== null && wanted !== length) throw new AppError("vectors_unlike", { a: wanted ?? 0, b: length ?? 0 });
    const type = `FLOAT[${String(length ?? 1)}]`;
    const isUsable = params.measure === "cosine" ? isDirection : isVector;
    const compare = params.measure === "cosine" ? "array_cosine_similarity" : "array_inner_product";
    const query = quoteIdentifier(params.queryVector);
    const asked = vectorSql(params.queryVector);
    const document = vectorSql(params.documentVector);
    await sql.run(`CREATE OR REPLACE TEMP TABLE documents_of_retrieve AS SELECT __row, ${document}::${type} AS vector FROM ${documents.view} WHERE ${isUsable(document)}`);
    await sql.run("CREATE OR REPLACE TEMP TABLE found_by_retrieve (query BIGINT, place BIGINT, document BIGINT, score DOUBLE)");
    for (let start = 0; length !== null && start < queries.rows; start += QUERIES_AT_ONCE) {
      await sql.run(
        `INSERT INTO found_by_retrieve
         WITH asked AS (SELECT __row, ${asked}::${type} AS vector FROM ${queries.view} WHERE __row >= ? AND __row < ? AND ${isUsable(asked)}),
           compared AS (SELECT q.__row AS query, d.__row AS document, ${compare}(q.vector, d.vector)::DOUBLE AS score FROM asked q CROSS JOIN documents_of_retrieve d),
           best AS (SELECT query, unnest(max_by(struct_pack(document := document, score := score), struct_pack(s := score, r := -document), ${String(params.k)})) AS hit FROM compared WHERE score IS NOT NULL AND NOT isnan(score) GROUP BY query)
         SELECT query, row_number() OVER (PARTITION BY query ORDER BY hit.score DESC, hit.document) - 1, hit.document, hit.score FROM best`,
        [start, start + QUERIES_AT_ONCE],
      );
    }
    const result = quoteIdentifier(params.resultColumn);
    const hits = `SELECT f.query, list(${describeDocument(params.carry)} ORDER BY f.place) AS hits FROM found_by_retrieve f JOIN ${documents.view} d ON d.__row = f.document GROUP BY f.query`;
    await emit(
      "output",
      `SELECT q.* EXCLUDE (__row), coalesce(h.hits, []) AS ${result}, q.__row AS __in0 FROM ${queries.view} q LEFT JOIN (${hits}) h ON h.query = q.__row WHERE q.${query} IS NOT NULL ORDER BY q.__row`,
    );
    await fail(`SELECT __row AS __in0, 'row_value_null' AS code, json_object('column', ${quoteLiteral(params.queryVector)})::VARCHAR AS data FROM ${queries.view} WHERE ${query} IS NULL`);
  },
};
