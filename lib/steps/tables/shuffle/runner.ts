import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    // MD5 rather than DuckDB's own hash, which may change with its version.
    await emit(
      "output",
      `SELECT * EXCLUDE (__row), __row AS __in0 FROM ${input("input").view} ORDER BY md5_number(concat(?::BIGINT, ':', __row)), __row`,
      [params.seed],
    );
  },
};
