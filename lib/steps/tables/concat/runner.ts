import { AppError } from "@/lib/core/app-error";
import { cellText } from "@/lib/tables/cell-text";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { Column } from "../../_sdk/columns";
import type { InputTable, SqlSession, StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { explainDifference, explainTypes, mergeColumns } from "./merge-columns";
import { ROW, parentColumn } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, inputs, sql, emit }) {
    const tables = inputs("inputs");
    const all = tables.map(({ columns }) => columns);
    const detail =
      (params.match === "same" ? explainDifference(all) : null) ??
      (params.types === "error" ? explainTypes(all) : null);
    if (detail !== null) throw new AppError("columns_differ", { detail });
    const merged = mergeColumns(all);
    const decimals = await findDecimals(sql, tables, merged);
    const parts = tables.map(
      ({ view, columns }, index) =>
        `SELECT ${[...columns.map((column) => widen(column, merged, decimals)), `${ROW} AS ${parentColumn(index)}`].join(", ")} FROM ${view}`,
    );
    await emit("output", parts.join(" UNION ALL BY NAME "));
  },
};

const MAX_DIGITS = 38;

/**
 * The types of the columns in which whole numbers stand beside fractions and no double holds each of them, by name in lower
 * case: a DECIMAL that does. Throws `columns_differ` where there is none.
 */
async function findDecimals(sql: SqlSession, tables: readonly InputTable[], merged: readonly Column[]): Promise<Map<string, string>> {
  const decimals = new Map<string, string>();
  for (const { name } of merged.filter(({ type }) => type === "number")) {
    const own = tables.flatMap(({ view, columns }) => columns.filter((column) => isNamed(column, name)).map((column) => ({ view, quoted: quoteIdentifier(column.name), type: column.type })));
    if (!own.some(({ type }) => type === "integer")) continue;
    const wholes = own.filter(({ type }) => type === "integer").map(({ view, quoted }) => `SELECT bool_or(TRY_CAST(TRY_CAST(${quoted} AS DOUBLE) AS HUGEINT) IS DISTINCT FROM TRY_CAST(${quoted} AS HUGEINT)) AS is_lost FROM ${view}`);
    const [found] = await sql.query(`SELECT bool_or(is_lost) AS is_lost FROM (${wholes.join(" UNION ALL ")})`);
    if (found?.["is_lost"] !== true) continue;
    const texts = own.map(({ view, quoted }) => `SELECT ${quoted}::VARCHAR AS t FROM ${view}`).join(" UNION ALL ");
    const [size] = await sql.query(
      `SELECT max(length(regexp_extract(t, '^-?(\\d+)', 1)))::INTEGER AS whole, max(length(regexp_extract(t, '\\.(\\d*)$', 1)))::INTEGER AS scale, bool_and(regexp_full_match(t, '-?\\d+(\\.\\d*)?')) AS is_plain FROM (${texts})`,
    );
    const [whole, scale] = [Number(size?.["whole"]), Number(size?.["scale"])];
    if (size?.["is_plain"] !== true || whole + scale > MAX_DIGITS)
      throw new AppError("columns_differ", { detail: `“${name}” has whole numbers and fractions that no type of number holds together. Turn it into text first` });
    decimals.set(name.toLowerCase(), `DECIMAL(${Math.max(18, whole + scale)},${scale})`);
  }
  return decimals;
}

const isNamed = (column: Column, name: string): boolean => column.name.toLowerCase() === name.toLowerCase();

/** DuckDB widens numbers by itself, but says no to some other pairs. */
function widen({ name, type }: Column, merged: readonly Column[], decimals: ReadonlyMap<string, string>): string {
  const target = merged.find((column) => isNamed(column, name));
  const quoted = quoteIdentifier(name);
  const decimal = decimals.get(name.toLowerCase());
  if (decimal !== undefined) return `CAST(${quoted}::VARCHAR AS ${decimal}) AS ${quoted}`;
  if (target?.type !== "text" || type === "text") return quoted;
  return `${cellText({ name, type })} AS ${quoted}`;
}
