import { checkExpression } from "@/lib/tables/expression";
import { issueRows } from "@/lib/tables/issue-rows";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, fail }) {
    const { view, columns, rows } = input("input");
    const condition = await checkExpression(sql, params.condition, columns);
    // An error makes the whole struct null; an empty result is no match.
    const verdict = `TRY({ pass: coalesce(${condition.sql}::BOOLEAN, false) })`;
    const matching = await emit("matching", `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} WHERE ${verdict}.pass`);
    const other = await emit("other", `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} WHERE NOT ${verdict}.pass`);
    if (matching + other < rows) await fail(issueRows("row_not_computed", `${view} WHERE ${verdict} IS NULL`));
  },
};
