import { issueRows } from "@/lib/tables/issue-rows";
import { placeRows } from "@/lib/tables/row-places";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, reject }) {
    const { view, rows } = input("input");
    const size = params.by === "rows" ? params.rows : Math.round(params.share * rows);
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE sample_taken AS SELECT ${ROW} FROM (${placeRows(view, params)}) WHERE place < ${size}`,
    );
    const taken = `(SELECT ${ROW} FROM sample_taken)`;
    await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} WHERE ${ROW} IN ${taken} ORDER BY ${ROW}`,
    );
    await reject(issueRows("row_not_taken", `${view} WHERE ${ROW} NOT IN ${taken}`));
  },
};
