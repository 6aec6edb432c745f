import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { readFirstNumber } from "@/lib/tables/read-first-number";
import { sameText } from "@/lib/tables/same-text";
import { findLastRound, type RoundOutcome } from "@/lib/workflow/stop-rule";
import type { InputTable, StepRunner, TableContext } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW, parentColumn } from "@/lib/steps/_sdk/own-columns";

type Context = TableContext<Parameters<(typeof definition)["outputs"]>[0]>;

/** Results of rounds after the last one may lie in the step cache, of a run that went further: they are not of these rounds. */
export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const { params, inputs, emit, emitMany, reject, handOnModel } = context;
    const last = await findStop(context);
    if (params.gives === "model") {
      handOnModel("output", { port: "models", index: last === null ? null : last - 1 });
      return;
    }
    const all = inputs("rounds");
    const made = last === null ? all : all.slice(0, last);
    const final = made.at(-1);
    if (!final) throw new AppError("input_missing", { port: "rounds" });
    if (params.keep === "last") {
      const index = made.length - 1;
      // What came before the last round is not lost: it stands in the tables of its round.
      await emitMany("output", `SELECT ${columnsOf(final)}, ${ROW} AS ${parentColumn(index)} FROM ${final.view}`);
      return;
    }
    const before = made.slice(0, -1).reduce((sum, table) => sum + table.rows, 0);
    // The rounds before gave too few, so the rows that are too many are all of the last.
    const wanted = params.take === null ? final.rows : Math.min(final.rows, params.take - before);
    const parts = made.map((table, index) => `SELECT ${columnsOf(final)}, ${ROW} AS ${parentColumn(index)} FROM ${table.view}${table === final ? ` WHERE ${ROW} < ${String(wanted)}` : ""}`);
    const emitRounds = made.length === all.length ? emit : emitMany;
    await emitRounds("output", parts.join(" UNION ALL BY NAME "));
    if (wanted < final.rows) {
      await reject(
        `SELECT NULL::BIGINT AS ${IN0}, ${sameText("row_beyond_wanted")} AS code, json_object('round', ${String(made.length)}, 'row', ${ROW} + 1, 'rows', ${String(before + wanted)})::VARCHAR AS data
         FROM ${final.view} WHERE ${ROW} >= ${String(wanted)}`,
      );
    }
  },
};

function columnsOf({ columns }: InputTable): string {
  return columns.map(({ name }) => quoteIdentifier(name)).join(", ");
}

/** The round after which the rule says stop; null where it never does. */
async function findStop({ params, inputs, sql }: Context): Promise<number | null> {
  const { rule, rows, column, comparison, value } = params;
  if (rule === "none") return null;
  const outcomes: RoundOutcome[] = [];
  for (const table of inputs("watched")) {
    outcomes.push({ rows: table.rows, value: rule === "value" && column !== null ? await readFirstNumber(sql, table, column) : null });
  }
  return findLastRound(rule === "rows" ? { kind: "rows", rows: rows ?? 1 } : { kind: "value", column: column ?? "", comparison, value: value ?? 0 }, outcomes);
}
