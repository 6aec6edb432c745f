import type { Client, FieldDef, QueryArrayConfig } from "pg";
import { AppError } from "@/lib/core/app-error";
import type { Column } from "@/lib/steps/_sdk/columns";
import { describeColumn } from "@/lib/tables/column-type";
import { CellRows } from "@/lib/tables/files/cell-rows";
import { nameColumns } from "@/lib/tables/files/name-columns";
import type { SourceTable } from "@/lib/tables/files/source-file";
import { connectPostgres, wrapQueryError, type DatabaseAccess } from "./connect-postgres";
import { type CellWriter, makeWriter } from "./postgres-cells";

export interface PostgresQuery {
  /** One statement that reads. */
  query: string;
  /** For the whole of it. */
  seconds: number;
}

/** Rows fetched at a time: what is held, whatever the query gives. */
const ROWS_AT_ONCE = 1000;
const CURSOR = "reverie_rows";

/** PostgreSQL's protocol for one statement, which refuses several; the other one would run what stands behind a semicolon. */
interface SingleStatement extends QueryArrayConfig {
  queryMode: "extended";
}

const single = (text: string): SingleStatement => ({ text, rowMode: "array", queryMode: "extended", types: { getTypeParser: () => (value: string) => value } });

interface Fetched {
  rows: (string | null)[][];
  fields: FieldDef[];
}

async function fetchRows(client: Client, count: number): Promise<Fetched> {
  const { rows, fields } = await client.query(single(`FETCH FORWARD ${String(count)} FROM ${CURSOR}`));
  return { rows: rows as (string | null)[][], fields };
}

function writeRow(row: readonly (string | null)[], writers: readonly CellWriter[]): string[] {
  return writers.map((writer, index) => {
    const value = row[index];
    return value === null || value === undefined ? "null" : writer.write(value);
  });
}

interface QueryContext {
  signal: AbortSignal;
}

/** Opens a cursor on a query in a transaction that can only read, and hands it to `use`; stops both when time is up. */
async function withCursor<Result>(access: DatabaseAccess, { query, seconds }: PostgresQuery, { signal }: QueryContext, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await connectPostgres(access);
  const state = { isLate: false };
  const stop = (): void => void client.end();
  const timer = setTimeout(() => {
    state.isLate = true;
    stop();
  }, seconds * 1000 + 1000);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    await client.query(`SET LOCAL statement_timeout = ${String(seconds * 1000)}`);
    await client.query(single(`DECLARE ${CURSOR} NO SCROLL CURSOR FOR ${query.trim().replace(/;\s*$/, "")}`));
    return await use(client);
  } catch (error) {
    signal.throwIfAborted();
    throw state.isLate ? new AppError("sql_too_slow", { seconds }, { cause: error }) : wrapQueryError(error, { url: access.url, seconds });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    await client.end();
  }
}

/**
 * Runs one query that reads, a thousand rows at a time, and writes what it gives to a file. Throws `sql_invalid`,
 * `sql_too_slow`, `database_unreachable`, `database_address`.
 */
export async function queryPostgres(context: QueryContext & { scratch: string; rowLimit: number | null }, access: DatabaseAccess, asked: PostgresQuery): Promise<SourceTable> {
  const cells = await CellRows.create(context.scratch);
  return withCursor(access, asked, context, async (client) => {
    const most = context.rowLimit ?? Infinity;
    let writers: CellWriter[] | null = null;
    for (;;) {
      const { rows, fields } = await fetchRows(client, Math.min(ROWS_AT_ONCE, most - cells.count));
      writers ??= fields.map(makeWriter);
      for (const row of rows) await cells.add(writeRow(row, writers));
      if (rows.length === ROWS_AT_ONCE && cells.count < most) continue;
      const names = nameColumns(fields.map(({ name }) => name));
      const table = await cells.close(writers.map(({ type }, index) => ({ name: names[index] ?? "", type })));
      return { ...table, rows: cells.count, failures: null };
    }
  });
}

/** The columns that a query gives, without reading a row. Throws as `queryPostgres`. */
export function describePostgres(context: QueryContext, access: DatabaseAccess, asked: PostgresQuery): Promise<Column[]> {
  return withCursor(access, asked, context, async (client) => {
    const { fields } = await fetchRows(client, 0);
    const names = nameColumns(fields.map(({ name }) => name));
    return fields.map((field, index): Column => describeColumn(names[index] ?? "", makeWriter(field).type));
  });
}
