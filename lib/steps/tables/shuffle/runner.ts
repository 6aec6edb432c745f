import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    // MD5 rather than DuckDB's own hash, which may change with its version.
    await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${input("input").view} ORDER BY md5_number(concat(?::BIGINT, ':', ${ROW})), ${ROW}`,
      [params.seed],
    );
  },
};
