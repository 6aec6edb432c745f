import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { isDirection, isVector, vectorSql } from "@/lib/tables/vector-sql";
import { ASKED, DOCUMENTS, findApproximately, findExactly, FOUND } from "./find-nearest";
import { nameStepColumn } from "../../_sdk/step-columns";
import type { InputTable, SqlSession, StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

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
  return `struct_pack(${[...carried, `"index" := d.${ROW}`, `score := f.score`].join(", ")})`;
}

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { params, input, sql, emit, fail } = context;
    const { k, measure, connectivity, buildEffort, searchEffort } = params;
    const queries = input("queries");
    const documents = input("documents");
    const wanted = await findLength(sql, queries, params.queryVector);
    const length = await findLength(sql, documents, params.documentVector);
    if (wanted !== null && length !== null && wanted !== length) throw new AppError("vectors_unlike", { a: wanted, b: length });
    const take = (name: string, { view }: InputTable, column: string): Promise<void> => {
      const vector = vectorSql(column);
      const isUsable = measure === "cosine" ? isDirection(vector) : isVector(vector);
      return sql.run(`CREATE OR REPLACE TEMP TABLE ${name} AS SELECT ${ROW}, ${vector}::FLOAT[${String(length ?? 1)}] AS vector FROM ${view} WHERE ${isUsable} ORDER BY ${ROW}`);
    };
    await sql.run(`CREATE OR REPLACE TEMP TABLE ${FOUND} (query BIGINT, place BIGINT, document BIGINT, score DOUBLE)`);
    if (length !== null && wanted !== null) {
      await take(DOCUMENTS, documents, params.documentVector);
      await take(ASKED, queries, params.queryVector);
      const search = { k, measure, queries: queries.rows };
      if (params.search === "exact") await findExactly(sql, search);
      else await findApproximately(context, { ...search, documents: documents.rows, column: params.documentVector }, { length, measure, connectivity, buildEffort, searchEffort });
    }
    const result = quoteIdentifier(nameStepColumn(params.resultColumn, queries.columns));
    const query = quoteIdentifier(params.queryVector);
    const hits = `SELECT f.query, list(${describeDocument(params.carry)} ORDER BY f.place) AS hits FROM ${FOUND} f JOIN ${documents.view} d ON d.${ROW} = f.document GROUP BY f.query`;
    await emit(
      "output",
      `SELECT q.* EXCLUDE (${ROW}), coalesce(h.hits, []) AS ${result}, q.${ROW} AS ${IN0} FROM ${queries.view} q LEFT JOIN (${hits}) h ON h.query = q.${ROW} WHERE q.${query} IS NOT NULL ORDER BY q.${ROW}`,
    );
    await fail(`SELECT ${ROW} AS ${IN0}, 'row_value_null' AS code, json_object('column', ${quoteLiteral(params.queryVector)})::VARCHAR AS data FROM ${queries.view} WHERE ${query} IS NULL`);
  },
};
