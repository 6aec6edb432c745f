import { sameText } from "@/lib/tables/same-text";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, reject }) {
    const { view } = input("input");
    await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} LIMIT ?`,
      [params.count],
    );
    await reject(
      `SELECT ${ROW} AS ${IN0}, ${sameText("row_not_taken")} AS code, ${sameText("{}")} AS data FROM ${view} WHERE ${ROW} >= ?`,
      [params.count],
    );
  },
};
