import { aggregateSql } from "@/lib/tables/aggregate-sql";
import { cellText } from "@/lib/tables/cell-text";
import { mergedRows } from "@/lib/tables/merged-rows";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { columnNamed } from "../../_sdk/check-helpers";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitMany, reject }) {
    const { view, columns } = input("input");
    const keys = params.keys.map(quoteIdentifier);
    const name = cellText(columnNamed(columns, params.nameColumn));
    const listed = `${name} IN (${params.names.map(quoteLiteral).join(", ")})`;
    const value = {
      column: columnNamed(columns, params.valueColumn),
      separator: ", ",
    };
    const cells = params.names.map(
      (wanted) =>
        `${aggregateSql(params.function, { ...value, filter: `${name} = ${quoteLiteral(wanted)}` })} AS ${quoteIdentifier(wanted)}`,
    );
    // Several rows become one, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT ${[...keys, ...cells, mergedRows].join(", ")} FROM ${view} WHERE ${listed} GROUP BY ${keys.join(", ")} ORDER BY min(${ROW})`,
    );
    await reject(
      `SELECT ${ROW} AS ${IN0}, 'row_value_unlisted' AS code, json_object('value', ${name})::VARCHAR AS data FROM ${view} WHERE (${listed}) IS NOT TRUE`,
    );
  },
};
