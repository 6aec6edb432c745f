import { valueNamed } from "@/lib/core/named-values";
import { FLOAT, LIST, type DuckDBAppender } from "@duckdb/node-api";
import type { CallRecord } from "@/lib/llm/chat";
import { isNested, type Column, type ColumnType } from "@/lib/steps/_sdk/columns";
import { shapeOf } from "./column-type";
import { quoteIdentifier } from "./quote-identifier";
import { quoteLiteral } from "./quote-literal";
import type { TableSession } from "./table-session";

import { CALL, IN0, ORD } from "@/lib/steps/_sdk/own-columns";

/** A row made in JavaScript. */
export interface MadeRow {
  /** Row number in the input table; null for a row made from nothing. */
  parent: number | null;
  /** By column name; lists and objects as they are. A missing value is null. */
  values: Record<string, unknown>;
  call: CallRecord | null;
}

/** A TEMP table being filled: `ORD` BIGINT (0, 1, … as appended), `IN0` BIGINT, the columns, `CALL`. */
export interface RowWriter {
  /** Quoted name of the TEMP table. */
  table: string;
  /** Appends and flushes; the rows can be queried at once. */
  append(rows: readonly MadeRow[]): void;
  /** Rows appended so far. */
  readonly count: number;
  /** Must be called before the session is closed. */
  close(): void;
}

/** Members of the stored model call behind a row. */
const callMembers = {
  key: "VARCHAR",
  cached: "BOOLEAN",
  attempts: "INTEGER",
  latency_ms: "INTEGER",
  prompt_tokens: "INTEGER",
  completion_tokens: "INTEGER",
  cost_micros: "BIGINT",
};
/** Type of that call. */
export const CALL_TYPE = `STRUCT(${Object.entries(callMembers)
  .map(([member, type]) => `${member} ${type}`)
  .join(", ")})`;
const stagedCall = Object.entries(callMembers).map(
  ([member, type]) => `${CALL}_${member} ${type}`,
);
/** The members are appended flat, because a struct value costs ten times as much, and put together when they are read. */
const callStruct = `CASE WHEN ${CALL}_key IS NULL THEN NULL ELSE struct_pack(${Object.keys(
  callMembers,
)
  .map((member) => `${member} := ${CALL}_${member}`)
  .join(", ")}) END AS ${CALL}`;

/**
 * What is appended as text and becomes its type when the rows are read. The types are those of the columns, the same for
 * every chunk, so that the parts of a table agree whatever is in them.
 */
const writtenAsText = new Set<ColumnType>(["date", "time", "timestamp", "binary"]);

/** Type of the column while rows are appended. */
function stagedType(column: Column): string {
  if (column.type !== "vector" && isNested(column.type)) return "JSON";
  return writtenAsText.has(column.type) ? "VARCHAR" : shapeOf(column);
}

function readStaged(column: Column): string {
  const quoted = quoteIdentifier(column.name);
  if (column.type === "binary") return `from_base64(${quoted})`;
  const shape = shapeOf(column);
  // A cast refuses an object without one of the members; here it becomes null.
  return shape.includes("STRUCT(") ? `from_json(${quoted}, ${quoteLiteral(JSON.stringify(shape))})` : `${quoted}::${shape}`;
}

/** Creates the TEMP table `name` and a writer into it. A chunk of thousands of rows at a time is right. */
export async function createRowWriter(
  session: TableSession,
  { name, columns }: { name: string; columns: readonly Column[] },
): Promise<RowWriter> {
  const stored = columns.map(
    (column) => `${quoteIdentifier(column.name)} ${stagedType(column)}`,
  );
  const staging = `${name}__staging`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE ${quoteIdentifier(staging)} (${[`${ORD} BIGINT`, `${IN0} BIGINT`, ...stored, ...stagedCall].join(", ")})`,
  );
  const replaced = columns
    .filter((column) => stagedType(column) !== shapeOf(column))
    .map((column) => `${readStaged(column)} AS ${quoteIdentifier(column.name)}`);
  const view = quoteIdentifier(name);
  const replace =
    replaced.length > 0 ? ` REPLACE (${replaced.join(", ")})` : "";
  await session.run(
    `CREATE OR REPLACE TEMP VIEW ${view} AS SELECT * EXCLUDE (${Object.keys(callMembers).map((member) => `${CALL}_${member}`).join(", ")})${replace}, ${callStruct} FROM ${quoteIdentifier(staging)}`,
  );
  const appender = await session.openAppender(staging);
  let count = 0;
  return {
    table: view,
    append(rows) {
      for (const row of rows) appendRow(appender, columns, row, count++);
      appender.flushSync();
    },
    get count() {
      return count;
    },
    close: () => {
      appender.closeSync();
    },
  };
}

function appendRow(
  appender: DuckDBAppender,
  columns: readonly Column[],
  row: MadeRow,
  order: number,
): void {
  appender.appendBigInt(BigInt(order));
  if (row.parent === null) appender.appendNull();
  else appender.appendBigInt(BigInt(row.parent));
  for (const column of columns)
    appendCell(appender, column.type, valueNamed(row.values, column.name));
  appendCall(appender, row.call);
  appender.endRow();
}

function appendCell(
  appender: DuckDBAppender,
  type: ColumnType,
  value: unknown,
): void {
  if (value === null || value === undefined) appender.appendNull();
  else if (type === "integer")
    appender.appendBigInt(BigInt(Math.trunc(Number(value))));
  else if (type === "number") appender.appendDouble(Number(value));
  else if (type === "boolean") appender.appendBoolean(Boolean(value));
  else if (type === "vector")
    appender.appendList(Array.from(value as ArrayLike<number>), LIST(FLOAT));
  else if (isNested(type))
    appender.appendVarchar(JSON.stringify(value));
  else
    appender.appendVarchar(
      typeof value === "string" ? value : JSON.stringify(value),
    );
}

function appendCall(appender: DuckDBAppender, call: CallRecord | null): void {
  if (call === null) {
    for (let member = 0; member < stagedCall.length; member += 1)
      appender.appendNull();
    return;
  }
  appender.appendVarchar(call.key);
  appender.appendBoolean(call.cached);
  appender.appendInteger(call.attempts);
  appender.appendInteger(Math.round(call.latencyMs));
  appender.appendInteger(call.promptTokens);
  appender.appendInteger(call.completionTokens);
  appender.appendBigInt(BigInt(Math.round(call.costMicros)));
}
