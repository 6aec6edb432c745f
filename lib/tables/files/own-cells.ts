import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import { describeColumn } from "../column-type";
import { quoteIdentifier } from "../quote-identifier";
import type { SourceTable } from "./source-file";

const nested = /^(STRUCT|MAP|UNION)\(|\]$|^JSON$/;

/** What a type may be made of; it is put into a query as it stands. */
function isSafeType(type: string): boolean {
  const bare = type.replace(/"(?:[^"]|"")*"/g, "x").replace(/'(?:[^']|'')*'/g, "x");
  return /^[A-Za-z0-9_ (),[\]]*$/.test(bare);
}

/** Of text in a cell, the value of a type that Reverie wrote it from. */
function castCell(cell: string, type: string): string {
  if (type === "VARCHAR") return cell;
  if (type === "BLOB") return `from_base64(${cell})`;
  return nested.test(type) ? `TRY_CAST(TRY_CAST(${cell} AS JSON) AS ${type})` : `TRY_CAST(${cell} AS ${type})`;
}

/**
 * The columns of text in a sheet that Reverie wrote, in the types they had. A column that does not fit its type any more,
 * since somebody changed the sheet, is typed by its cells like any other.
 */
export async function readAsOwn(sql: SqlSession, loaded: SourceTable, own: readonly { name: string; type: string }[], found: readonly string[]): Promise<Pick<SourceTable, "query" | "columns">> {
  const known = new Map(own.filter(({ type }) => isSafeType(type)).map(({ name, type }) => [name, type]));
  const wanted = loaded.columns.map(({ name }, index) => ({ name, own: known.get(name), found: found[index] ?? "VARCHAR" }));
  const tests = wanted.map(({ name, own: type }, index) => {
    const cell = quoteIdentifier(name);
    return `${type === undefined ? "0" : `count(CASE WHEN ${cell} IS NOT NULL AND ${castCell(cell, type)} IS NULL THEN 1 END)`} AS lost${index}`;
  });
  // A type that DuckDB does not know, or text that is no Base64, is an error rather than a count.
  const [lost] = await sql.query(`SELECT ${tests.join(", ")} FROM (${loaded.query})`).catch(() => [undefined]);
  const typed = wanted.map(({ name, own: type, found: kind }, index) => ({ name, type: type !== undefined && lost && Number(lost[`lost${index}`]) === 0 ? type : kind }));
  const selected = typed.map(({ name, type }) => `${castCell(quoteIdentifier(name), type)} AS ${quoteIdentifier(name)}`);
  return { query: `SELECT ${selected.join(", ")} FROM (${loaded.query})`, columns: typed.map(({ name, type }) => describeColumn(name, type)) };
}

/** A cell as the text that `castCell` reads back. */
export function writeCell(column: string, type: string): string {
  if (type === "BLOB") return `to_base64(${column})`;
  return nested.test(type) ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
}
