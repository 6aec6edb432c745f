import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { isDirection, vectorSql } from "@/lib/tables/vector-sql";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, fail }) {
    const { view } = input("input");
    const a = vectorSql(params.a);
    const b = vectorSql(params.b);
    const isUnlike = `(len(${a}) <> len(${b}))`;
    const similarity = `CASE WHEN ${isDirection(a)} AND ${isDirection(b)} THEN list_cosine_similarity(${a}, ${b})::DOUBLE END`;
    await emit("output", `SELECT * EXCLUDE (__row), CASE WHEN ${isUnlike} THEN NULL ELSE ${similarity} END AS ${quoteIdentifier(params.similarityColumn)}, __row AS __in0 FROM ${view} WHERE NOT coalesce(${isUnlike}, false) ORDER BY __row`);
    await fail(`SELECT __row AS __in0, 'vectors_unlike' AS code, json_object('a', len(${a}), 'b', len(${b}))::VARCHAR AS data FROM ${view} WHERE ${isUnlike}`);
  },
};
