import { once } from "node:events";
import { constants } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError } from "@/lib/core/app-error";
import type { Column } from "@/lib/steps/_sdk/columns";
import { type CellKind, ColumnKinds, numberKind } from "./column-kinds";
import { CellRows } from "./cell-rows";
import { FailureLog } from "./failure-log";
import { nameColumns } from "./name-columns";
import type { SourceFile, SourceTable } from "./source-file";

const program = fileURLToPath(new URL("./sqlite-thread.mjs", import.meta.url));

export interface SqliteQuery {
  query: string;
  seconds: number;
  rowLimit: number | null;
}

type SqliteValue = number | bigint | string | Uint8Array | null;
/** Text whose bytes are none in the encoding of the database. */
interface UnsoundText {
  unsound: string;
}

interface Message {
  columns?: { name: string; type: string }[];
  rows?: (SqliteValue | UnsoundText)[][];
  isLast?: boolean;
  error?: string;
}

interface QueryContext {
  scratch: string;
  signal?: AbortSignal;
}

/**
 * Runs one query that reads on a SQLite file, a batch of rows at a time. What it holds is written to a file; whole numbers
 * keep every digit, bytes become Base64. A row with text that is none in the encoding of the database is set aside. Throws `sql_invalid`, `sql_too_slow`, `file_unreadable`.
 */
export async function querySqlite(context: QueryContext, file: SourceFile, options: SqliteQuery): Promise<SourceTable> {
  const rows = await CellRows.create(context.scratch);
  const failures = new FailureLog(join(context.scratch, "failures.jsonl"));
  const kinds = new ColumnKinds();
  const isFull = (): boolean => options.rowLimit !== null && rows.count >= options.rowLimit;
  return withThread(context, file, options, false, async (ask, columns, hadLog) => {
    kinds.widen(columns.length);
    const names = nameColumns(columns.map(({ name }) => name));
    const take = (row: (SqliteValue | UnsoundText)[]): Promise<void> => {
      const place = row.findIndex(isUnsound);
      const broken = row[place];
      if (isUnsound(broken)) return failures.add("query_text_encoding", { row: rows.count + failures.count + 1, column: names[place] ?? "", encoding: broken.unsound }, rows.count);
      return rows.add((row as SqliteValue[]).map((value, index) => writeCell(value, index, kinds)));
    };
    for (let isLast = isFull(); !isLast;) {
      const message = await ask();
      for (const row of message.rows ?? []) {
        if (!isFull()) await take(row);
      }
      isLast = message.isLast === true || isFull();
    }
    const table = await rows.close(names.map((name, index) => ({ name, type: kinds.toDuckType(index) })));
    return { ...table, rows: rows.count, failures: await failures.close(), ...(hadLog ? { notes: [{ code: "wal_left_out", data: {}, param: null }] } : {}) };
  });
}

/** The columns a query gives, without running it. SQLite types values, not columns, so their types are not known yet. */
export function describeSqlite(context: QueryContext, file: SourceFile, options: Pick<SqliteQuery, "query" | "seconds">): Promise<Column[]> {
  return withThread(context, file, options, true, (_, columns) => Promise.resolve(nameColumns(columns.map(({ name }) => name)).map((name): Column => ({ name, type: "unknown" }))));
}

type Ask = () => Promise<Message>;

async function withThread<Result>(context: QueryContext, file: SourceFile, { query, seconds }: Pick<SqliteQuery, "query" | "seconds">, onlyColumns: boolean, use: (ask: Ask, columns: { name: string }[], hadLog: boolean) => Promise<Result>): Promise<Result> {
  // A copy: what opens a database puts locks beside it.
  const path = join(context.scratch, "database.sqlite");
  await copyFile(file.path, path, constants.COPYFILE_FICLONE);
  const hadLog = await leaveWalMode(path);
  const thread = new Worker(program, { workerData: { path, query: query.trim().replace(/;\s*$/, ""), onlyColumns }, execArgv: [], env: {} });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void thread.terminate();
  }, seconds * 1000);
  const stop = (): void => void thread.terminate();
  context.signal?.addEventListener("abort", stop, { once: true });
  const receive = async (): Promise<Message> => {
    const answered = new AbortController();
    // The first that comes; the listeners for the others go with it.
    const next = (event: string): Promise<unknown[]> => once(thread, event, { signal: answered.signal });
    const [message] = (await Promise.race([next("message"), next("exit").then(() => [null])]).finally(() => {
      answered.abort();
    })) as [Message | null];
    context.signal?.throwIfAborted();
    if (isLate || message === null) throw new AppError("sql_too_slow", { seconds });
    if (message.error === undefined) return message;
    if (/not a database|malformed|unable to open/.test(message.error)) throw new AppError("file_unreadable", { name: file.name, format: "SQLite", detail: message.error });
    throw new AppError("sql_invalid", { detail: message.error });
  };
  try {
    const { columns = [] } = await receive();
    return await use(() => {
      const answer = receive();
      thread.postMessage("next");
      return answer;
    }, columns, hadLog);
  } finally {
    clearTimeout(timer);
    context.signal?.removeEventListener("abort", stop);
    await thread.terminate();
  }
}

/**
 * A database in WAL mode can only be opened with memory that processes share, which SQLite has none of here. The copy's header
 * is told that it is in the older mode; what had not been moved from the log into the file is not in the copy either way.
 */
async function leaveWalMode(path: string): Promise<boolean> {
  const handle = await open(path, "r+");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    if (bytesRead < 20 || buffer.toString("latin1", 0, 15) !== "SQLite format 3") return false;
    const isInWalMode = buffer[18] === 2 || buffer[19] === 2;
    if (isInWalMode) await handle.write(Buffer.from([1, 1]), 0, 2, 18);
    return isInWalMode;
  } finally {
    await handle.close();
  }
}

function isUnsound(value: SqliteValue | UnsoundText | undefined): value is UnsoundText {
  return typeof value === "object" && value !== null && "unsound" in value;
}

function writeCell(value: SqliteValue, column: number, kinds: ColumnKinds): string {
  if (value === null) return "null";
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  const kind: CellKind = typeof value === "bigint" ? numberKind(value.toString()) : typeof value === "number" ? (isWhole ? "integer" : "number") : "text";
  kinds.add(column, kind);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
}
