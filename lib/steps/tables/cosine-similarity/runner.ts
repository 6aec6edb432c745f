import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { isDirection, vectorSql } from "@/lib/tables/vector-sql";
import { nameStepColumn } from "../../_sdk/step-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, fail }) {
    const { view, columns } = input("input");
    const column = nameStepColumn(params.similarityColumn, columns);
    const a = vectorSql(params.a);
    const b = vectorSql(params.b);
    const isUnlike = `(len(${a}) <> len(${b}))`;
    const similarity = `CASE WHEN ${isDirection(a)} AND ${isDirection(b)} THEN list_cosine_similarity(${a}, ${b})::DOUBLE END`;
    await emit("output", `SELECT * EXCLUDE (${ROW}), CASE WHEN ${isUnlike} THEN NULL ELSE ${similarity} END AS ${quoteIdentifier(column)}, ${ROW} AS ${IN0} FROM ${view} WHERE NOT coalesce(${isUnlike}, false) ORDER BY ${ROW}`);
    await fail(`SELECT ${ROW} AS ${IN0}, 'vectors_unlike' AS code, json_object('a', len(${a}), 'b', len(${b}))::VARCHAR AS data FROM ${view} WHERE ${isUnlike}`);
  },
};
