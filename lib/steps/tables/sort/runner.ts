import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    const keys = params.keys.map(
      ({ column, descending }) =>
        `${quoteIdentifier(column)} ${descending ? "DESC" : "ASC"} NULLS LAST`,
    );
    await emit(
      "output",
      `SELECT * EXCLUDE (__row), __row AS __in0 FROM ${input("input").view} ORDER BY ${[...keys, "__row"].join(", ")}`,
    );
  },
};
