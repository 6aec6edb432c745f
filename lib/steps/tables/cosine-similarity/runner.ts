import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, fail }) {
    const { view } = input("input");
    const a = `try_cast(${quoteIdentifier(params.a)} AS FLOAT[])`;
    const b = `try_cast(${quoteIdentifier(params.b)} AS FLOAT[])`;
    const isUnlike = `(len(${a}) <> len(${b}))`;
    // A vector of zeros points nowhere, for which DuckDB gives -1.
    const isSomewhere = [a, b].map((vector) => `list_inner_product(${vector}, ${vector}) > 0`).join(" AND ");
    const similarity = `CASE WHEN ${isSomewhere} THEN list_cosine_similarity(${a}, ${b})::DOUBLE END`;
    await emit("output", `SELECT * EXCLUDE (__row), CASE WHEN ${isUnlike} THEN NULL ELSE ${similarity} END AS ${quoteIdentifier(params.similarityColumn)}, __row AS __in0 FROM ${view} WHERE NOT coalesce(${isUnlike}, false) ORDER BY __row`);
    await fail(`SELECT __row AS __in0, 'vectors_unlike' AS code, json_object('a', len(${a}), 'b', len(${b}))::VARCHAR AS data FROM ${view} WHERE ${isUnlike}`);
  },
};
