import { placeRows } from "@/lib/tables/row-places";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { computeSplits } from "./split-sizes";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit }) {
    const { view, rows } = input("input");
    const splits = computeSplits(params, rows);
    if (!params.shuffle && params.stratify === null) {
      for (const { port, start, end } of splits) {
        await emit(
          port,
          `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} WHERE ${ROW} >= ? AND ${ROW} < ?`,
          [start, end],
        );
      }
      return;
    }
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE split_places AS ${placeRows(view, { seed: params.shuffle ? params.seed : null, stratify: params.stratify })}`,
    );
    for (const { port, start, end } of splits) {
      await emit(
        port,
        `SELECT t.* EXCLUDE (${ROW}), t.${ROW} AS ${IN0} FROM ${view} t JOIN split_places p ON p.${ROW} = t.${ROW}
         WHERE p.place >= ? AND p.place < ? ORDER BY p.turn, p.${ROW}`,
        [start, end],
      );
    }
  },
};
