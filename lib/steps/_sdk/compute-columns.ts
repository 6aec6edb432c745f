import type { ErrorCode } from "@/lib/core/error-catalogue";
import { issueRows } from "@/lib/tables/issue-rows";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import type { InputTable, TableContext } from "./step-runner";
import { COMPUTED, IN0, ROW } from "./own-columns";

export interface ComputedColumn {
  name: string;
  /** An expression over the columns of the input. */
  sql: string;
}

export interface ComputeOptions {
  /** What is said of a row for which an expression gives an error. */
  code?: ErrorCode;
  data?: Record<string, string | number>;
}

/**
 * Emits a table with columns computed row by row: in place where the name is there, else at the end. A row for which one
 * of them gives an error fails.
 */
export async function emitComputed(
  { emit, fail }: Pick<TableContext<unknown>, "emit" | "fail">,
  { view, columns, rows }: InputTable,
  computed: readonly ComputedColumn[],
  { code = "row_not_computed", data = {} }: ComputeOptions = {},
): Promise<void> {
  // An error makes the whole struct null, a null result only its member.
  const members = computed.map(({ sql }, index) => `c${index}: ${sql}`).join(", ");
  const from = `(SELECT *, TRY({ ${members} }) AS ${COMPUTED} FROM ${view})`;
  const select = ({ name }: { name: string }): string => {
    const index = computed.findIndex((column) => column.name === name);
    return index < 0 ? quoteIdentifier(name) : `${COMPUTED}.c${index} AS ${quoteIdentifier(name)}`;
  };
  const added = computed.filter(({ name }) => !columns.some((column) => column.name === name));
  const selected = [...columns, ...added].map(select).join(", ");
  const written = await emit("output", `SELECT ${selected}, ${ROW} AS ${IN0} FROM ${from} WHERE ${COMPUTED} IS NOT NULL`);
  // Computing it again costs as much as the first time, so only where a row is missing.
  if (written < rows) await fail(issueRows(code, `${from} WHERE ${COMPUTED} IS NULL`, data));
}

/** A rule that a row may break. */
export interface RowCheck {
  /** SQL that is true for a row that breaks it. */
  unfit: string;
  code: ErrorCode;
  data: Record<string, string | number>;
}

/**
 * Emits a table with columns computed by expressions that give no errors, without the rows that break a rule; those are
 * recorded with the first rule they break.
 */
export async function emitChecked(
  { emit, record }: Pick<TableContext<unknown>, "emit"> & { record: TableContext<unknown>["fail"] },
  { view, columns, rows }: InputTable,
  computed: readonly ComputedColumn[],
  checks: readonly RowCheck[],
): Promise<void> {
  const select = ({ name, sql }: { name: string; sql?: string }): string => {
    const value = sql ?? computed.find((column) => column.name === name)?.sql;
    return value === undefined ? quoteIdentifier(name) : `${value} AS ${quoteIdentifier(name)}`;
  };
  const added = computed.filter(({ name }) => !columns.some((column) => column.name === name));
  const selected = [...columns.map(({ name }) => ({ name })), ...added].map(select).join(", ");
  const isUnfit = checks.length === 0 ? "false" : `(${checks.map(({ unfit }) => `(${unfit})`).join(" OR ")})`;
  const written = await emit("output", `SELECT ${selected}, ${ROW} AS ${IN0} FROM ${view} WHERE ${isUnfit} IS NOT TRUE`);
  if (written === rows) return;
  const choose = (of: (check: RowCheck) => string): string =>
    `CASE ${checks.map((check) => `WHEN ${check.unfit} THEN ${quoteLiteral(of(check))}`).join(" ")} END`;
  await record(
    `SELECT ${ROW} AS ${IN0}, ${choose(({ code }) => code)} AS code, ${choose(({ data }) => JSON.stringify(data))} AS data FROM ${view} WHERE ${isUnfit}`,
  );
}
