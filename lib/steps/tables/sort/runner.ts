import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    const keys = params.keys.map(
      ({ column, descending }) =>
        `${quoteIdentifier(column)} ${descending ? "DESC" : "ASC"} NULLS LAST`,
    );
    await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${input("input").view} ORDER BY ${[...keys, ROW].join(", ")}`,
    );
  },
};
