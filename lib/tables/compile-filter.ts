import { AppError } from "@/lib/core/app-error";
import { isNested, type Column } from "@/lib/steps/_sdk/columns";
import type { SqlValue } from "@/lib/steps/_sdk/step-runner";
import { cellText } from "./cell-text";
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

/** “Contains”, as in `foldFor`, over all text columns; false where there is none. */
export function compileSearch(
  text: string,
  columns: readonly Column[],
): CompiledCondition {
  const searched = columns.filter(
    ({ type }) => type === "text" || type === "unknown",
  );
  const fold = foldFor(text);
  const parts = searched.map(({ name }) => ({
    sql: `contains(${fold(`${quoteIdentifier(name)}::VARCHAR`)}, ${fold("?")})`,
    values: [text] as SqlValue[],
  }));
  return join(parts, " OR ", "false");
}

/** Letters that are written with a stroke, which Unicode does not take for an accent. */
const STROKES = { đ: "d", ø: "o", ł: "l" };

/**
 * How texts are made alike before one is looked for in the other: without regard to case, and without regard to accents
 * unless the wanted text has some. “da nang” finds “Đà Nẵng”; “đà” does not find “da”.
 */
function foldFor(wanted: string): (sql: string) => string {
  const hasAccents = /\p{M}|[đøł]/u.test(wanted.toLowerCase().normalize("NFD"));
  if (hasAccents) return (sql) => `lower(nfc_normalize(${sql}))`;
  return (sql) => Object.entries(STROKES).reduce((inner, [letter, plain]) => `replace(${inner}, '${letter}', '${plain}')`, `strip_accents(lower(${sql}))`);
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
  const asText = cellText(column);
  const { op, value } = condition;
  if (op === "isNull") return { sql: `(${quoted} IS NULL)`, values: [] };
  if (op === "notNull") return { sql: `(${quoted} IS NOT NULL)`, values: [] };
  if (op === "in") {
    const members = (Array.isArray(value) ? value : []).map((member) =>
      bindFor(column, member),
    );
    if (members.length === 0) return { sql: "false", values: [] };
    return {
      sql: `(${operand(column, quoted)} IN (${members.map(({ sql }) => sql).join(", ")}))`,
      values: members.flatMap(({ values }) => values),
    };
  }
  if (value === undefined || Array.isArray(value))
    throw new AppError("query_invalid", { detail: `“${op}” needs one value` });
  if (op === "contains" || op === "startsWith") {
    const fold = foldFor(String(value));
    return { sql: `${op === "contains" ? "contains" : "starts_with"}(${fold(asText)}, ${fold("?")})`, values: [String(value)] };
  }
  if (op === "matches")
    return { sql: `regexp_matches(${asText}, ?)`, values: [String(value)] };
  const bound = bindFor(column, value);
  return {
    sql: `(${operand(column, quoted)} ${comparisons[op]} ${bound.sql})`,
    values: bound.values,
  };
}

function operand(column: Column, quoted: string): string {
  if (column.type === "binary" || column.type === "object") return cellText(column);
  return isNested(column.type) || column.type === "unknown" ? `${quoted}::VARCHAR` : quoted;
}

/** SQL types that a value is compared as, where its text alone would not say. */
function comparedAs({ type, shape }: Column): string {
  if (type === "time") return "::TIME";
  if (type !== "date" && type !== "timestamp") return "";
  return shape === "TIMESTAMP WITH TIME ZONE" ? "::TIMESTAMPTZ" : "::TIMESTAMP";
}

function bindFor(column: Column, value: FilterScalar): CompiledCondition {
  const { type } = column;
  // A whole number keeps all its digits.
  if (type === "integer" && typeof value === "string" && /^\s*-?\d{1,38}\s*$/.test(value)) return { sql: "?", values: [BigInt(value)] };
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
    sql: `?${comparedAs(column)}`,
    values: [String(value)],
  };
}
