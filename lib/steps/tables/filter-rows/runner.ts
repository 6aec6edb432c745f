import { checkExpression } from "@/lib/tables/expression";
import { sameText } from "@/lib/tables/same-text";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, reject, fail }) {
    const { view, columns, rows } = input("input");
    const condition = await checkExpression(sql, params.condition, columns);
    const verdict = `TRY({ pass: ${condition.sql}::BOOLEAN })`;
    const passed = await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} WHERE ${verdict}.pass`,
    );
    if (passed === rows) return;
    // Only the rows that are left out, by number, so that the table is read twice at most.
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE filter_left_out AS
       SELECT ${ROW}, verdict IS NULL AS failed FROM (SELECT ${ROW}, ${verdict} AS verdict FROM ${view}) WHERE verdict.pass IS NOT TRUE`,
    );
    await reject(
      `SELECT ${ROW} AS ${IN0}, ${sameText("row_filtered")} AS code, ${sameText("{}")} AS data FROM filter_left_out WHERE NOT failed`,
    );
    await fail(
      `SELECT ${ROW} AS ${IN0}, ${sameText("row_not_computed")} AS code, ${sameText("{}")} AS data FROM filter_left_out WHERE failed`,
    );
  },
};
