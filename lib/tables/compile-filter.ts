import { AppError } from "@/lib/core/app-error";
import { isNested, type Column, type ColumnType } from "@/lib/steps/_sdk/columns";
import type { SqlValue } from "@/lib/steps/_sdk/step-runner";
import type { FilterAst, FilterCondition, FilterScalar } from "./filter-ast";
import { quoteIdentifier } from "./quote-identifier";

/** A condition as SQL with its bound values, in order of the question marks. */
export interface CompiledCondition {
  sql: string;
  values: SqlValue[];
}

const comparisons = {
  eq: "=",
  ne: "IS DISTINCT FROM",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
} as const;

/** Throws `column_missing`, `query_invalid`. */
export function compileFilter(
  ast: FilterAst,
  columns: readonly Column[],
): CompiledCondition {
  if ("and" in ast)
    return join(
      ast.and.map((part) => compileFilter(part, columns)),
      " AND ",
      "true",
    );
  if ("or" in ast)
    return join(
      ast.or.map((part) => compileFilter(part, columns)),
      " OR ",
      "false",
    );
  if ("not" in ast) {
    const inner = compileFilter(ast.not, columns);
    return { sql: `(NOT coalesce(${inner.sql}, false))`, values: inner.values };
  }
  return compileCondition(ast, columns);
}

/** Case-insensitive “contains” over all text columns; false where there is none. */
export function compileSearch(
  text: string,
  columns: readonly Column[],
): CompiledCondition {
  const searched = columns.filter(
    ({ type }) => type === "text" || type === "unknown",
  );
  const parts = searched.map(({ name }) => ({
    sql: `contains(lower(${quoteIdentifier(name)}::VARCHAR), lower(?))`,
    values: [text] as SqlValue[],
  }));
  return join(parts, " OR ", "false");
}

function join(
  parts: CompiledCondition[],
  operator: string,
  empty: string,
): CompiledCondition {
  if (parts.length === 0) return { sql: empty, values: [] };
  return {
    sql: `(${parts.map(({ sql }) => sql).join(operator)})`,
    values: parts.flatMap(({ values }) => values),
  };
}

function compileCondition(
  condition: FilterCondition,
  columns: readonly Column[],
): CompiledCondition {
  const column = columns.find(({ name }) => name === condition.column);
  if (!column) {
    throw new AppError("column_missing", {
      column: condition.column,
      columns: columns.map(({ name }) => name).join(", "),
    });
  }
  const quoted = quoteIdentifier(column.name);
  const asText = column.type === "text" ? quoted : `${quoted}::VARCHAR`;
  const { op, value } = condition;
  if (op === "isNull") return { sql: `(${quoted} IS NULL)`, values: [] };
  if (op === "notNull") return { sql: `(${quoted} IS NOT NULL)`, values: [] };
  if (op === "in") {
    const members = (Array.isArray(value) ? value : []).map((member) =>
      bindFor(column.type, member),
    );
    if (members.length === 0) return { sql: "false", values: [] };
    return {
      sql: `(${operand(column.type, quoted)} IN (${members.map(({ sql }) => sql).join(", ")}))`,
      values: members.flatMap(({ values }) => values),
    };
  }
  if (value === undefined || Array.isArray(value))
    throw new AppError("query_invalid", { detail: `“${op}” needs one value` });
  if (op === "contains")
    return { sql: `contains(${asText}, ?)`, values: [String(value)] };
  if (op === "startsWith")
    return { sql: `starts_with(${asText}, ?)`, values: [String(value)] };
  if (op === "matches")
    return { sql: `regexp_matches(${asText}, ?)`, values: [String(value)] };
  const bound = bindFor(column.type, value);
  return {
    sql: `(${operand(column.type, quoted)} ${comparisons[op]} ${bound.sql})`,
    values: bound.values,
  };
}

function operand(type: ColumnType, quoted: string): string {
  return isNested(type) || type === "unknown"
    ? `${quoted}::VARCHAR`
    : quoted;
}

function bindFor(type: ColumnType, value: FilterScalar): CompiledCondition {
  if (type === "integer" || type === "number") {
    const number =
      typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number))
      throw new AppError("query_invalid", {
        detail: `“${String(value)}” is no number`,
      });
    return { sql: "?", values: [number] };
  }
  if (type === "boolean") {
    if (String(value) !== "true" && String(value) !== "false")
      throw new AppError("query_invalid", {
        detail: `“${String(value)}” is neither true nor false`,
      });
    return { sql: "?", values: [String(value) === "true"] };
  }
  return {
    sql: type === "timestamp" ? "?::TIMESTAMP" : "?",
    values: [String(value)],
  };
}
