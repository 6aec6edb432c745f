import { issueRows } from "@/lib/tables/issue-rows";
import { placeRows } from "@/lib/tables/row-places";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, reject }) {
    const { view, rows } = input("input");
    const size = params.by === "rows" ? params.rows : Math.round(params.share * rows);
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE sample_taken AS SELECT __row FROM (${placeRows(view, params)}) WHERE place < ${size}`,
    );
    const taken = "(SELECT __row FROM sample_taken)";
    await emit(
      "output",
      `SELECT * EXCLUDE (__row), __row AS __in0 FROM ${view} WHERE __row IN ${taken} ORDER BY __row`,
    );
    await reject(issueRows("row_not_taken", `${view} WHERE __row NOT IN ${taken}`));
  },
};
