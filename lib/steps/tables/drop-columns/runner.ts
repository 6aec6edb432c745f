import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    const dropped = ["__row", ...params.columns]
      .map(quoteIdentifier)
      .join(", ");
    await emit(
      "output",
      `SELECT * EXCLUDE (${dropped}), __row AS __in0 FROM ${input("input").view}`,
    );
  },
};
