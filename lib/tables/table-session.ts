import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBResultReader,
  DuckDBType,
  DuckDBValue,
} from "@duckdb/node-api";
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  HUGEINT,
  SQLNULL,
  VARCHAR,
} from "@duckdb/node-api";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { SqlSession, SqlValue } from "@/lib/steps/_sdk/step-runner";
import { wrapDuckDbError } from "./wrap-duckdb-error";

/** One connection. What it creates is TEMP and goes with it. */
export interface TableSession extends SqlSession {
  /** Rows as DuckDB's own values, for those who make JSON of them. Small results only. */
  read(
    sql: string,
    values?: readonly SqlValue[],
  ): Promise<Record<string, DuckDBValue>[]>;
  /** Writes rows into a TEMP table of this session. */
  openAppender(table: string): Promise<DuckDBAppender>;
  /** Stops the running query, which throws `cancelled`. */
  interrupt(): void;
  close(): void;
}

export function createTableSession(
  connection: DuckDBConnection,
  signal?: AbortSignal,
): TableSession {
  let closed = false;
  const interrupt = (): void => {
    if (!closed) connection.interrupt();
  };
  signal?.addEventListener("abort", interrupt);

  async function guard<T>(work: () => Promise<T>): Promise<T> {
    if (signal?.aborted || closed) throw new AppError("cancelled");
    try {
      return await work();
    } catch (error) {
      throw wrapDuckDbError(error);
    }
  }

  return {
    run: (sql, values) =>
      guard(async () => {
        await connection.run(sql, ...bind(values));
      }),
    query: (sql, values) =>
      guard(async () => {
        const read = await connection.runAndReadAll(sql, ...bind(values));
        return hasProto(read) ? toObjects(read, read.getRowsJS()) : read.getRowObjectsJS();
      }),
    read: (sql, values) =>
      guard(async () => {
        const read = await connection.runAndReadAll(sql, ...bind(values));
        return hasProto(read) ? toObjects(read, read.getRows()) : read.getRowObjects();
      }),
    openAppender: (table) => guard(() => connection.createAppender(table)),
    limitTime: (milliseconds, work) => limitTime(interrupt, milliseconds, work),
    interrupt,
    close() {
      if (closed) return;
      connection.interrupt();
      closed = true;
      signal?.removeEventListener("abort", interrupt);
      connection.closeSync();
    },
  };
}

/** DuckDB's library assigns members, and one called `__proto__` would not be there afterwards. */
function hasProto(read: DuckDBResultReader): boolean {
  return read.deduplicatedColumnNames().includes("__proto__");
}

function toObjects<Value>(read: DuckDBResultReader, rows: Value[][]): Record<string, Value>[] {
  const names = read.deduplicatedColumnNames();
  return rows.map((row) => Object.fromEntries(row.map((value, place) => [names[place] ?? "", value])));
}

const INTERRUPT_AGAIN_MS = 50;

async function limitTime<T>(
  interrupt: () => void,
  milliseconds: number,
  work: () => Promise<T>,
): Promise<T> {
  const state = { late: false };
  const stop = (): void => {
    state.late = true;
    interrupt();
    // Between two queries there is nothing to interrupt.
    timer = setTimeout(stop, INTERRUPT_AGAIN_MS);
  };
  let timer = setTimeout(stop, milliseconds);
  try {
    return await work();
  } catch (error) {
    if (state.late && isAppError(error) && error.code === "cancelled") {
      throw new AppError(
        "query_too_slow",
        { seconds: milliseconds / 1000 },
        { cause: error },
      );
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whole numbers are bound as BIGINT, because a row number compared with a DOUBLE or a HUGEINT is compared as one, which
 * hides it from the Parquet reader's row-group pruning.
 */
function bind(values: readonly SqlValue[] = []): [DuckDBValue[], DuckDBType[]] {
  const bound = values.map((value) =>
    typeof value === "number" && Number.isSafeInteger(value)
      ? BigInt(value)
      : value,
  );
  return [bound, bound.map(typeOf)];
}

function typeOf(value: SqlValue): DuckDBType {
  if (typeof value === "bigint")
    return BigInt.asIntN(64, value) === value ? BIGINT : HUGEINT;
  if (typeof value === "number") return DOUBLE;
  if (typeof value === "boolean") return BOOLEAN;
  return value === null ? SQLNULL : VARCHAR;
}
