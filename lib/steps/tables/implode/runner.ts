import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitReport }) {
    const keys = params.keys.map(quoteIdentifier);
    const lists = params.columns
      .map(quoteIdentifier)
      .map((column) => `list(${column} ORDER BY __row) AS ${column}`);
    const lineage = "CASE WHEN count(*) = 1 THEN min(__row) END AS __in0";
    // Several rows become one, so rows in and out do not add up.
    await emitReport(
      "output",
      `SELECT ${[...keys, ...lists, lineage].join(", ")} FROM ${input("input").view} GROUP BY ${keys.join(", ")} ORDER BY min(__row)`,
    );
  },
};
