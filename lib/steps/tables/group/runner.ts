import { aggregateSql } from "@/lib/tables/aggregate-sql";
import { mergedRows } from "@/lib/tables/merged-rows";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { aggregateName } from "../../_sdk/aggregates";
import { columnNamed } from "../../_sdk/check-helpers";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitMany }) {
    const { view, columns } = input("input");
    const keys = params.keys.map(quoteIdentifier);
    const aggregates = params.aggregates.map((aggregate) => {
      const value = aggregateSql(aggregate.function, {
        column: columnNamed(columns, aggregate.column),
        separator: params.separator,
      });
      return `${value} AS ${quoteIdentifier(aggregateName(aggregate))}`;
    });
    const groupBy = keys.length === 0 ? "HAVING count(*) > 0" : `GROUP BY ${keys.join(", ")}`;
    // Several rows become one, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT ${[...keys, ...aggregates, mergedRows].join(", ")} FROM ${view} ${groupBy} ORDER BY min(${ROW})`,
    );
  },
};
