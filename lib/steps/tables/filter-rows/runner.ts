import { checkExpression } from "@/lib/tables/expression";
import { sameText } from "@/lib/tables/same-text";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, reject, fail }) {
    const { view, columns, rows } = input("input");
    const condition = await checkExpression(sql, params.condition, columns);
    const verdict = `TRY({ pass: ${condition.sql}::BOOLEAN })`;
    const passed = await emit(
      "output",
      `SELECT * EXCLUDE (__row), __row AS __in0 FROM ${view} WHERE ${verdict}.pass`,
    );
    if (passed === rows) return;
    // Only the rows that are left out, by number, so that the table is read twice at most.
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE filter_left_out AS
       SELECT __row, verdict IS NULL AS failed FROM (SELECT __row, ${verdict} AS verdict FROM ${view}) WHERE verdict.pass IS NOT TRUE`,
    );
    await reject(
      `SELECT __row AS __in0, ${sameText("row_filtered")} AS code, ${sameText("{}")} AS data FROM filter_left_out WHERE NOT failed`,
    );
    await fail(
      `SELECT __row AS __in0, ${sameText("row_not_computed")} AS code, ${sameText("{}")} AS data FROM filter_left_out WHERE failed`,
    );
  },
};
