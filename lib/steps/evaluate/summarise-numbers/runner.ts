import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { finite, stableDeviation, stableMean } from "@/lib/tables/stable-statistics";
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
      const given = `${quoteIdentifier(name)}::DOUBLE`;
      const value = finite(given);
      const [mean, deviation] = [stableMean(given), stableDeviation(given)];
      return `SELECT ${group}${quoteLiteral(name)} AS "column", ${String(index)} AS __place, count(${value}) AS rows, count(${given}) - count(${value}) AS not_finite, ${mean} AS mean,
        ${mean} - ${String(Z)} * ${deviation} / sqrt(count(${value})) AS low, ${mean} + ${String(Z)} * ${deviation} / sqrt(count(${value})) AS high,
        median(${value}) AS median, ${deviation} AS stddev, min(${value}) AS min, max(${value}) AS max FROM ${view}${params.by === null ? "" : " GROUP BY 1"}`;
    });
    await emitReport("summary", `SELECT * EXCLUDE (__place) FROM (${parts.join(" UNION ALL ")}) ORDER BY ${params.by === null ? "" : '"group", '}__place`);
  },
};
