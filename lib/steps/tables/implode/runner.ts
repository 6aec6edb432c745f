import { mergedRows } from "@/lib/tables/merged-rows";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitMany }) {
    const keys = params.keys.map(quoteIdentifier);
    const lists = params.columns
      .map(quoteIdentifier)
      .map((column) => `list(${column} ORDER BY ${ROW}) AS ${column}`);
    // Several rows become one, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT ${[...keys, ...lists, mergedRows].join(", ")} FROM ${input("input").view} GROUP BY ${keys.join(", ")} ORDER BY min(${ROW})`,
    );
  },
};
