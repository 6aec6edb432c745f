import { issueRows } from "@/lib/tables/issue-rows";
import { labelText } from "@/lib/tables/label-text";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { typeOfColumn } from "../../_sdk/check-helpers";
import { IN0 } from "../../_sdk/own-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** What stands for a row that has no prediction: never right, and no class of its own. */
const NONE = "'—'";

/** Labels named in a warning. */
const NAMED = 10;

/** Issues of no row: labels that are probably meant to be equal and are not. The names of the columns are bound. */
function warnings(pairs: string): string {
  const named = (list: string) => `array_to_string(list_sort(${list})[:${String(NAMED)}], ', ')`;
  return `
    WITH pairs AS (${pairs}), gold AS (SELECT DISTINCT g AS label FROM pairs), predicted AS (SELECT DISTINCT p AS label FROM pairs WHERE p IS NOT NULL),
    sides AS (SELECT (SELECT list(label) FROM gold) AS gold, (SELECT list(label) FROM predicted) AS predicted),
    alike AS (SELECT lower(trim(label)) AS meant, list(DISTINCT label) AS labels FROM (FROM gold UNION ALL FROM predicted) GROUP BY ALL)
    SELECT NULL::BIGINT AS ${IN0}, 'labels_apart' AS code, json_object('gold', ?, 'predicted', ?, 'goldLabels', ${named("gold")}, 'predictedLabels', ${named("predicted")})::VARCHAR AS data
    FROM sides WHERE len(gold) > 0 AND len(predicted) > 0 AND NOT list_has_any(gold, predicted)
    UNION ALL
    SELECT NULL::BIGINT, 'labels_alike', json_object('labels', '“' || array_to_string(list_sort(labels), '”, “') || '”')::VARCHAR FROM (FROM alike WHERE len(labels) > 1 ORDER BY meant LIMIT ${String(NAMED)})`;
}

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emitReport, reject }) {
    const { view, columns } = input("input");
    const gold = quoteIdentifier(params.gold);
    const [goldType, predictedType] = [typeOfColumn(columns, params.gold), typeOfColumn(columns, params.predicted)];
    const label = labelText(gold, goldType, predictedType);
    const pairs = `SELECT ${label} AS g, ${labelText(quoteIdentifier(params.predicted), predictedType, goldType)} AS p, count(*) AS n FROM ${view} WHERE ${gold} IS NOT NULL GROUP BY ALL`;
    // A class without rows, or never predicted, has zeros there, as in scikit-learn with zero_division=0.
    const classes = `
      WITH pairs AS (${pairs}), names AS (SELECT g AS name FROM pairs UNION SELECT p FROM pairs WHERE p IS NOT NULL),
      counts AS (SELECT name, sum(n) FILTER (g = name AND p = name) AS tp, sum(n) FILTER (g = name) AS support, sum(n) FILTER (p = name) AS predicted
        FROM names CROSS JOIN pairs GROUP BY name),
      rates AS (SELECT name, coalesce(tp, 0)::DOUBLE AS tp, coalesce(support, 0)::DOUBLE AS support, coalesce(predicted, 0)::DOUBLE AS predicted FROM counts)
      SELECT name AS label, coalesce(tp / nullif(predicted, 0), 0) AS precision, coalesce(tp / nullif(support, 0), 0) AS recall,
        coalesce(2 * tp / nullif(support + predicted, 0), 0) AS f1, support::BIGINT AS support, predicted FROM rates`;
    await emitReport("classes", `SELECT label, precision, recall, f1, support FROM (${classes}) ORDER BY label`);
    await emitReport("confusion", `SELECT g AS gold, coalesce(p, ${NONE}) AS predicted, n::BIGINT AS rows FROM (${pairs}) ORDER BY ALL`);
    // Cohen's kappa (Cohen 1960): null where chance agreement is certain. Rounded, because the last bits depend on the order in which threads add up.
    await emitReport(
      "summary",
      `WITH classes AS (${classes}), pairs AS (${pairs}), total AS (SELECT coalesce(sum(n), 0)::DOUBLE AS n, coalesce(sum(n) FILTER (g = p), 0)::DOUBLE AS agreed FROM pairs),
       chance AS (SELECT sum(support * predicted) AS products FROM classes),
       both_parts AS (SELECT n, agreed / nullif(n, 0) AS accuracy, products / nullif(n * n, 0) AS expected FROM total, chance)
       SELECT unnest(['rows', 'accuracy', 'macro_precision', 'macro_recall', 'macro_f1', 'weighted_precision', 'weighted_recall', 'weighted_f1', 'kappa']) AS measure,
         unnest(list_transform([n, accuracy,
           (SELECT avg(precision) FROM classes), (SELECT avg(recall) FROM classes), (SELECT avg(f1) FROM classes),
           (SELECT sum(precision * support) / nullif(sum(support), 0) FROM classes), (SELECT sum(recall * support) / nullif(sum(support), 0) FROM classes),
           (SELECT sum(f1 * support) / nullif(sum(support), 0) FROM classes), (accuracy - expected) / nullif(1 - expected, 0)], lambda value: round(value, 12))) AS value
       FROM both_parts`,
    );
    await reject(warnings(pairs), [params.gold, params.predicted]);
    await reject(issueRows("row_unlabelled", `${view} WHERE ${gold} IS NULL`, { column: params.gold }));
  },
};
