import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { Column } from "../../_sdk/columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

type Options = Parameters<Extract<StepRunner<typeof definition>, { kind: "table" }>["run"]>[0]["params"];

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, reject }) {
    const { view, columns, rows } = input("input");
    const compared = params.columns.length === 0 ? columns : columns.filter(({ name }) => params.columns.includes(name));
    const keys = compared.map((column) => comparedText(column, params));
    const kept = `${params.keep === "first" ? "min" : "max"}(${ROW})`;
    await sql.run(`CREATE OR REPLACE TEMP TABLE deduplicate_kept AS SELECT ${kept} AS kept FROM ${view} GROUP BY ${keys.join(", ")}`);
    const written = await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} WHERE ${ROW} IN (SELECT kept FROM deduplicate_kept) ORDER BY ${ROW}`,
    );
    // Which row each duplicate goes by is only asked where there are any.
    if (written === rows) return;
    const named = keys.map((key, index) => `${key} AS k${index}`).join(", ");
    const same = keys.map((_, index) => `d.k${index} IS NOT DISTINCT FROM g.k${index}`).join(" AND ");
    await reject(
      `SELECT d.${ROW} AS ${IN0}, 'row_duplicate' AS code, json_object('row', g.kept + 1)::VARCHAR AS data
       FROM (SELECT ${named}, ${ROW} FROM ${view} WHERE ${ROW} NOT IN (SELECT kept FROM deduplicate_kept)) d
       JOIN (SELECT ${named}, ${kept} AS kept FROM ${view} GROUP BY ${keys.join(", ")} HAVING count(*) > 1) g ON ${same}`,
    );
  },
};

/** What of a cell is compared. */
function comparedText({ name, type }: Column, { ignoreCase, trim, normalize }: Options): string {
  let key = quoteIdentifier(name);
  if (type !== "text") return key;
  if (normalize) key = `nfc_normalize(${key})`;
  if (trim) key = `regexp_replace(${key}, '^\\s+|\\s+$', '', 'g')`;
  return ignoreCase ? `lower(${key})` : key;
}
