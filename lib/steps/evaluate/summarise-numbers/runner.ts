import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** Of the normal distribution: the mean lies between with 95 % certainty, where there are some thirty rows or more. */
const Z = 1.959964;

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitReport }) {
    const { view } = input("input");
    const group = params.by === null ? "" : `${quoteIdentifier(params.by)}::VARCHAR AS "group", `;
    const parts = params.columns.map((name, index) => {
      const value = `${quoteIdentifier(name)}::DOUBLE`;
      return `SELECT ${group}${quoteLiteral(name)} AS "column", ${String(index)} AS __place, count(${value}) AS rows, avg(${value}) AS mean,
        avg(${value}) - ${String(Z)} * stddev_samp(${value}) / sqrt(count(${value})) AS low, avg(${value}) + ${String(Z)} * stddev_samp(${value}) / sqrt(count(${value})) AS high,
        median(${value}) AS median, stddev_samp(${value}) AS stddev, min(${value}) AS min, max(${value}) AS max FROM ${view}${params.by === null ? "" : " GROUP BY 1"}`;
    });
    await emitReport("summary", `SELECT * EXCLUDE (__place) FROM (${parts.join(" UNION ALL ")}) ORDER BY ${params.by === null ? "" : '"group", '}__place`);
  },
};
