import { AppError, isAppError } from "@/lib/core/app-error";
import type { Column } from "@/lib/steps/_sdk/columns";
import {
  compileFilter,
  compileSearch,
  type CompiledCondition,
} from "./compile-filter";
import type { FilterAst } from "./filter-ast";
import { findKnownTotal } from "./known-totals";
import type { JsonValue } from "./json-cell";
import { readCutCells } from "./read-cut-cells";
import { planPartScan } from "./part-scan";
import { quoteIdentifier } from "./quote-identifier";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { selectTable } from "./table-view";
import { ROW } from "@/lib/steps/_sdk/own-columns";

export interface SortKey {
  column: string;
  descending: boolean;
}

export interface PageQuery {
  dataFolder: string;
  manifest: TableManifest;
  /** Rows to pass over, after filter and sort. */
  offset: number;
  /** At most 1000. */
  limit: number;
  sort?: readonly SortKey[] | undefined;
  filter?: FilterAst | undefined;
  /** Case-insensitive, in any text column. */
  search?: string | undefined;
  /** Only these columns; all where left out. */
  columns?: readonly string[] | undefined;
  /** Total of an earlier page of the same query; saves counting again. */
  knownTotal?: number | undefined;
  /** Does not count the rows behind the page where that needs a scan of the whole table. */
  countLater?: boolean | undefined;
  /** Milliseconds; 10,000 where left out. */
  timeLimit?: number | undefined;
}

export interface PageRow {
  row: number;
  values: Record<string, JsonValue>;
  /** Columns whose value was cut; `readRow` has it whole. */
  cut: string[];
}

export interface Page {
  rows: PageRow[];
  /** Rows that pass the filter; not `counted`, those up to the end of the page. */
  total: number;
  counted: boolean;
  /** Cells that were cut. */
  truncatedCells: number;
}

/**
 * A page of a table. Without sort, filter and search it reads only the row groups it shows; with them it first finds the
 * row numbers, from the columns these need, then reads the cells of the page.
 * Throws `query_invalid`, `column_missing`, `query_too_slow`.
 */
export async function queryPage(
  session: TableSession,
  query: PageQuery,
): Promise<Page> {
  const columns = chooseColumns(query);
  try {
    return await session.limitTime(query.timeLimit ?? 10_000, async () => {
      const found = await findRows(session, query);
      const rows = await readCutCells(session, query, columns, found.rows);
      return {
        rows,
        total: found.total,
        counted: found.counted,
        truncatedCells: rows.reduce((sum, { cut }) => sum + cut.length, 0),
      };
    });
  } catch (error) {
    throw asQueryError(error);
  }
}

/** Row numbers of the page in order, or the range they fill. */
export type FoundRows = number[] | { start: number; end: number };

interface Found {
  rows: FoundRows;
  total: number;
  counted: boolean;
}

async function findRows(session: TableSession, query: PageQuery): Promise<Found> {
  const { manifest, dataFolder } = query;
  const offset = Math.max(0, Math.trunc(query.offset));
  const limit = Math.min(1000, Math.max(0, Math.trunc(query.limit)));
  const condition = compileConditions(query);
  if (!condition && (query.sort ?? []).length === 0) {
    return {
      rows: { start: offset, end: Math.min(offset + limit, manifest.rows) },
      total: manifest.rows,
      counted: true,
    };
  }
  const where = condition ? `WHERE ${condition.sql}` : "";
  const values = condition?.values ?? [];
  const known = findKnownTotal(query);
  const table = `(${selectTable({ dataFolder, manifest })})`;
  if (
    (query.sort ?? []).length === 0 &&
    known.value === undefined &&
    !query.countLater &&
    offset + limit <= 100_000
  ) {
    // One scan both counts and keeps the smallest row numbers.
    const sql = `SELECT count(*) AS total, list_slice(min(${ROW}, ${Math.max(1, offset + limit)}), ${offset + 1}, ${offset + limit}) AS rows FROM ${table} ${where}`;
    const [result] = await session.query(sql, values);
    const total = Number(result?.["total"]);
    known.remember(total);
    return { rows: toNumbers(result?.["rows"]), total, counted: true };
  }
  const rows = await orderRows(session, query, { where, values, offset, limit });
  const counted = condition ? known.value : manifest.rows;
  if (counted !== undefined) return { rows, total: counted, counted: true };
  // A page that is not full has the last row of the table in it.
  if (rows.length < limit && (rows.length > 0 || offset === 0)) {
    known.remember(offset + rows.length);
    return { rows, total: offset + rows.length, counted: true };
  }
  if (query.countLater) return { rows, total: offset + rows.length, counted: false };
  const total = await countRows(session, table, where, values);
  known.remember(total);
  return { rows, total, counted: true };
}

/** Numbers of the rows from `offset`, in the order asked for; a scan without one stops as soon as the page is full. */
async function orderRows(
  session: TableSession,
  query: PageQuery,
  {
    where,
    values,
    offset,
    limit,
  }: { where: string; values: CompiledCondition["values"]; offset: number; limit: number },
): Promise<number[]> {
  const order = compileOrder(query);
  const page = `LIMIT ${limit} OFFSET ${offset}`;
  const scan = planPartScan(query.dataFolder, query.manifest);
  if (!scan) return [];
  // Rows are numbered after the page is found: numbering each of a large table would cost more than sorting it.
  const sql = order
    ? `SELECT ${scan.row} AS ${ROW} FROM (SELECT ${scan.place.join(", ")} FROM ${scan.from} ${where} ORDER BY ${order}, ${scan.place.join(", ")} ${page})`
    : `SELECT ${scan.row} AS ${ROW} FROM ${scan.from} ${where} ${page}`;
  return toNumbers((await session.query(sql, values)).map((row) => row[ROW]));
}

async function countRows(
  session: TableSession,
  table: string,
  where: string,
  values: CompiledCondition["values"],
): Promise<number> {
  const [counted] = await session.query(
    `SELECT count(*) AS total FROM ${table} ${where}`,
    values,
  );
  return Number(counted?.["total"]);
}

function toNumbers(list: unknown): number[] {
  return Array.isArray(list) ? list.map(Number) : [];
}

function compileConditions({
  filter,
  search,
  manifest,
}: PageQuery): CompiledCondition | null {
  const parts = [
    ...(filter ? [compileFilter(filter, manifest.columns)] : []),
    ...(search ? [compileSearch(search, manifest.columns)] : []),
  ];
  if (parts.length === 0) return null;
  return {
    sql: parts.map(({ sql }) => sql).join(" AND "),
    values: parts.flatMap(({ values }) => values),
  };
}

function compileOrder({ sort, manifest }: PageQuery): string {
  return (sort ?? [])
    .map(
      ({ column, descending }) =>
        `${quoteIdentifier(findColumn(manifest, column).name)} ${descending ? "DESC" : "ASC"} NULLS LAST`,
    )
    .join(", ");
}

function chooseColumns({ columns, manifest }: PageQuery): Column[] {
  return columns
    ? columns.map((name) => findColumn(manifest, name))
    : manifest.columns;
}

function findColumn(manifest: TableManifest, name: string): Column {
  const found = manifest.columns.find((column) => column.name === name);
  if (!found)
    throw new AppError("column_missing", {
      column: name,
      columns: manifest.columns.map((column) => column.name).join(", "),
    });
  return found;
}

/** What a person's value can cause inside DuckDB (a date that is none, a broken regular expression) is their error. */
function asQueryError(error: unknown): unknown {
  if (!isAppError(error) || error.code !== "internal") return error;
  const detail = String(error.data["detail"] ?? "");
  if (!/^(Conversion|Invalid Input|Out of Range|Binder) Error/.test(detail))
    return error;
  return new AppError("query_invalid", { detail }, { cause: error });
}
