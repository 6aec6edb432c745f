import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "./quote-identifier";
import { ROW } from "@/lib/steps/_sdk/own-columns";

interface NamedView {
  /** Quoted name of a view with `ROW`. */
  view: string;
  columns: readonly { name: string }[];
}

/** The number in a column of the first row; null where there is no row, or no number in it. Throws `column_missing`. */
export async function readFirstNumber(session: { query: (sql: string) => Promise<Record<string, unknown>[]> }, { view, columns }: NamedView, column: string): Promise<number | null> {
  if (!columns.some(({ name }) => name === column)) throw new AppError("column_missing", { column, columns: columns.map(({ name }) => name).join(", ") });
  const [first] = await session.query(`SELECT TRY_CAST(${quoteIdentifier(column)} AS DOUBLE) AS value FROM ${view} ORDER BY ${ROW} LIMIT 1`);
  const value = first?.["value"];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
