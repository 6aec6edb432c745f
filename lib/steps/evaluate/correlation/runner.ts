import { issueRows } from "@/lib/tables/issue-rows";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** The place of a number among the others; equal numbers share the mean of their places, as Spearman's rho asks. */
const meanRank = (column: string): string => `rank() OVER (ORDER BY ${column}) + (count(*) OVER (PARTITION BY ${column}) - 1) / 2.0`;

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitReport, reject }) {
    const { view } = input("input");
    const [a, b] = [params.a, params.b].map((name) => `TRY_CAST(${quoteIdentifier(name)} AS DOUBLE)`);
    const isNumber = `${a ?? ""} IS NOT NULL AND ${b ?? ""} IS NOT NULL AND isfinite(${a ?? ""}) AND isfinite(${b ?? ""})`;
    // A column in which nothing varies correlates with nothing.
    // Divided by the largest, since squares of large values are beyond a double; a factor changes no correlation.
    // The last bits depend on the order in which threads add up.
    const orNull = (value: string) => `CASE WHEN isnan(${value}) THEN NULL ELSE round(${value}, 12) END`;
    await emitReport(
      "summary",
      `WITH pairs AS (SELECT ${a ?? ""} AS a, ${b ?? ""} AS b FROM ${view} WHERE ${isNumber}),
       scales AS (SELECT max(abs(a)) AS largest_a, max(abs(b)) AS largest_b FROM pairs),
       ranks AS (SELECT a, b, ${meanRank("a")} AS ra, ${meanRank("b")} AS rb FROM pairs),
       found AS (SELECT count(*)::DOUBLE AS n, corr(a / nullif(largest_a, 0), b / nullif(largest_b, 0)) AS pearson, corr(ra, rb) AS spearman FROM ranks, scales)
       SELECT unnest(['spearman', 'pearson', 'rows']) AS measure, unnest([${orNull("spearman")}, ${orNull("pearson")}, n]) AS value FROM found`,
    );
    await reject(issueRows("row_not_numeric", `${view} WHERE NOT coalesce(${isNumber}, false)`, { columns: `${params.a}, ${params.b}` }));
  },
};
