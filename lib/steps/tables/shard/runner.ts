import { issueRows } from "@/lib/tables/issue-rows";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params: { shards, index, contiguous }, input, emit, reject }) {
    const { view, rows } = input("input");
    const size = Math.floor(rows / shards);
    // The first shards are one row longer where the rows do not divide evenly.
    const longer = rows % shards;
    const start = size * index + Math.min(index, longer);
    const end = start + size + (index < longer ? 1 : 0);
    const taken = contiguous
      ? `(${ROW} >= ${start} AND ${ROW} < ${end})`
      : `(${ROW} % ${shards} = ${index})`;
    await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} WHERE ${taken}`,
    );
    await reject(issueRows("row_not_taken", `${view} WHERE NOT ${taken}`));
  },
};
