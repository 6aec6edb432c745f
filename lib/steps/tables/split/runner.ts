import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { computeSplits } from "./split-sizes";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit }) {
    const { view, rows } = input("input");
    const splits = computeSplits(params, rows);
    if (!params.shuffle) {
      for (const { port, start, end } of splits) {
        await emit(
          port,
          `SELECT * EXCLUDE (__row), __row AS __in0 FROM ${view} WHERE __row >= ? AND __row < ?`,
          [start, end],
        );
      }
      return;
    }
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE split_places AS
       SELECT __row, row_number() OVER (ORDER BY md5_number(concat(?::BIGINT, ':', __row)), __row) - 1 AS place FROM ${view}`,
      [params.seed],
    );
    for (const { port, start, end } of splits) {
      await emit(
        port,
        `SELECT t.* EXCLUDE (__row), t.__row AS __in0 FROM ${view} t JOIN split_places p ON p.__row = t.__row
         WHERE p.place >= ? AND p.place < ? ORDER BY p.place`,
        [start, end],
      );
    }
  },
};
