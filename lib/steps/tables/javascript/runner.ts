import { join } from "node:path";
import { runRowProgram } from "@/lib/sandbox/run-row-program";
import { describeTypes } from "@/lib/tables/describe-types";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { shapeOf } from "@/lib/tables/column-type";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, signal, scratch, emit, emitMany, reject, fail }) {
    const { view, columns, rows } = input("input");
    const files = { input: join(scratch, "rows.jsonl"), output: join(scratch, "results.jsonl") };
    const types = await describeTypes(sql, view);
    const values = columns.map(({ name }) => `${quoteLiteral(name)}: ${jsonValue(quoteIdentifier(name), types.get(name))}`);
    await sql.run(
      `COPY (SELECT ${ROW} AS row, {${values.join(", ")}} AS values FROM ${view}) TO ${quoteLiteral(files.input)} (FORMAT json)`,
    );
    const totals = await runRowProgram(params, { ...files, signal });

    const cells = params.columns.map(({ type }, index) => `c${index}: ${quoteLiteral(shapeOf({ type }))}`);
    const lines = ["row: 'BIGINT'", "place: 'BIGINT'", "failed: 'VARCHAR'", "data: 'VARCHAR'", ...cells];
    const results = `read_json(${quoteLiteral(files.output)}, format = 'newline_delimited', maximum_object_size = 67108864, columns = {${lines.join(", ")}})`;
    const write = totals.made + totals.dropped + totals.failed === rows ? emit : emitMany;
    await write("output", selectMade(params, columns, view, results));
    const issues = `SELECT row AS ${IN0}, failed AS code, data FROM ${results}`;
    if (totals.dropped > 0) await reject(`${issues} WHERE failed = 'row_dropped'`);
    if (totals.failed > 0) await fail(`${issues} WHERE failed <> 'row_dropped'`);
  },
};

/** A value that JSON can hold: NaN and infinities are no JSON. */
function jsonValue(column: string, type = "VARCHAR"): string {
  return type === "DOUBLE" || type === "FLOAT" ? `CASE WHEN isfinite(${column}) THEN ${column} END` : column;
}

function selectMade(
  { columns: made, keepColumns }: { columns: { name: string }[]; keepColumns: boolean },
  columns: readonly { name: string }[],
  view: string,
  results: string,
): string {
  const cell = (name: string): string => `r.c${made.findIndex((column) => column.name === name)} AS ${quoteIdentifier(name)}`;
  if (!keepColumns)
    return `SELECT ${made.map(({ name }) => cell(name)).join(", ")}, row AS ${IN0} FROM ${results} r WHERE failed IS NULL`;
  const isMade = (name: string): boolean => made.some((column) => column.name === name);
  const kept = columns.map(({ name }) => (isMade(name) ? cell(name) : `i.${quoteIdentifier(name)}`));
  const added = made.filter(({ name }) => !columns.some((column) => column.name === name)).map(({ name }) => cell(name));
  return `SELECT ${[...kept, ...added].join(", ")}, r.row AS ${IN0} FROM ${results} r JOIN ${view} i ON i.${ROW} = r.row WHERE r.failed IS NULL ORDER BY r.row, r.place`;
}
