import { AppError } from "@/lib/core/app-error";
import { issueRows } from "@/lib/tables/issue-rows";
import { sameText } from "@/lib/tables/same-text";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { parseRowRanges, resolveRowRanges } from "./row-ranges";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, emitMany, reject }) {
    const { view, rows } = input("input");
    const parsed = parseRowRanges(params.numbers);
    if ("wrong" in parsed) throw new AppError("row_numbers_invalid", { part: parsed.wrong.slice(0, 100) });
    const { ranges, missing, repeats } = resolveRowRanges(parsed.ranges, rows);
    if (missing.length > 0 && params.missing === "error") throw new AppError("row_number_missing", { number: missing[0], rows });
    // The ranges are counted out by the database, so that a table of any length can be turned round.
    await sql.run("CREATE OR REPLACE TEMP TABLE chosen_ranges AS SELECT unnest(from_json(?, '[{\"start\":\"BIGINT\",\"end\":\"BIGINT\",\"place\":\"BIGINT\"}]'), recursive := true)", [
      JSON.stringify(ranges.map(({ from, to }, place) => ({ start: from, end: to, place }))),
    ]);
    const chosen = `SELECT place, unnest(generate_series(0, abs("end" - start))) AS step, start, "end" FROM chosen_ranges`;
    const numbers = `SELECT place, step, CASE WHEN "end" < start THEN start - step ELSE start + step END AS number FROM (${chosen})`;
    const write = repeats || missing.length > 0 ? emitMany : emit;
    await write("output", `SELECT t.* EXCLUDE (${ROW}), t.${ROW} AS ${IN0} FROM (${numbers}) n JOIN ${view} t ON t.${ROW} = n.number ORDER BY n.place, n.step`);
    await reject(issueRows("row_not_taken", `${view} WHERE NOT EXISTS (SELECT 1 FROM chosen_ranges r WHERE ${ROW} BETWEEN least(r.start, r."end") AND greatest(r.start, r."end"))`));
    await reject(`SELECT NULL::BIGINT AS ${IN0}, ${sameText("row_number_missing")} AS code, json_object('number', number, 'rows', ${String(rows)})::VARCHAR AS data FROM (SELECT unnest(?::VARCHAR[]) AS number)`, [
      `[${missing.join(", ")}]`,
    ]);
  },
};
