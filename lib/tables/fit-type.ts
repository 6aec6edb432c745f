import { plainText } from "./cell-text";
import { isNested, type ColumnType } from "@/lib/steps/_sdk/columns";

export const fittedTypes = ["text", "integer", "number", "boolean", "timestamp"] as const;
export type FittedType = (typeof fittedTypes)[number];

/**
 * SQL that turns a value into a type, and is null where it does not fit. Nothing is rounded: 1.5 is no whole number, and a
 * whole number that no double holds, or one beyond all doubles, is no number.
 * It never gives an error, whatever the value.
 */
export function fitType(value: string, from: ColumnType, to: FittedType): string {
  const text = from === "object" ? plainText(`to_json(${value})::VARCHAR`) : isNested(from) ? `to_json(${value})::VARCHAR` : `(${value})::VARCHAR`;
  const isNumeric = from === "integer" || from === "number";
  switch (to) {
    case "text":
      return text;
    case "integer":
      if (from === "integer" || from === "boolean") return `TRY_CAST(${value} AS BIGINT)`;
      if (from === "number") return `CASE WHEN ${value} = trunc(${value}) THEN TRY_CAST(${value} AS BIGINT) END`;
      return `CASE WHEN regexp_full_match(trim(${text}), '[+-]?\\d+(\\.0*)?') THEN TRY_CAST(${text} AS BIGINT) END`;
    case "number":
      if (from === "boolean") return `TRY_CAST(${value} AS DOUBLE)`;
      return isNumeric ? exactDouble(value, `${value} = trunc(${value})`) : readDouble(text);
    case "boolean":
      return isNumeric ? `CASE WHEN ${value} IN (0, 1) THEN ${value} = 1 END` : `TRY_CAST(${text} AS BOOLEAN)`;
    case "timestamp":
      return from === "timestamp" ? `TRY_CAST(${value} AS TIMESTAMP)` : readInstant(text);
  }
}

/** The double of a number; of a whole one only where it is the same. */
function exactDouble(value: string, isWhole: string): string {
  const double = `TRY_CAST(${value} AS DOUBLE)`;
  return `CASE WHEN ${isWhole} AND TRY_CAST(${value} AS HUGEINT) IS DISTINCT FROM TRY_CAST(${double} AS HUGEINT) THEN NULL ELSE ${double} END`;
}

/** An infinity that is spelled out is one; one of digits is a number too large. */
function readDouble(text: string): string {
  return `CASE WHEN isinf(TRY_CAST(${text} AS DOUBLE)) AND regexp_matches(${text}, '\\d') THEN NULL ELSE ${exactDouble(text, `regexp_full_match(trim(${text}), '[+-]?\\d+(\\.0*)?')`)} END`;
}

/**
 * A text as the time in UTC: one with a zone (`-05:00`, `Z`, `America/New_York`) is that instant, one without is taken as it
 * stands. A cast to TIMESTAMP alone would drop the zone without a word. Sessions are in UTC.
 */
function readInstant(text: string): string {
  // What ISO 8601 and RFC 3339 allow and DuckDB does not read: no seconds before the zone, a space before it, a small z.
  const zone = "([zZ]|[+-]\\d\\d(?::?\\d\\d)?)$";
  const withSeconds = `regexp_replace(trim(${text}), '([T ]\\d?\\d:\\d\\d) *${zone}', '\\1:00\\2')`;
  const joined = `regexp_replace(${withSeconds}, '(:\\d\\d(?:\\.\\d+)?) +${zone}', '\\1\\2')`;
  const whole = `regexp_replace(${joined}, '(\\d)z$', '\\1Z')`;
  // Told apart by the text: after a named zone DuckDB takes the texts without one, of the same batch of rows, to be in it too.
  const hasZone = `contains(${whole}, ':') AND regexp_matches(${whole}, '\\d(Z|[+-]\\d\\d(:?\\d\\d)?| [A-Za-z][A-Za-z0-9_/+-]*)$')`;
  const read = `CASE WHEN ${hasZone} THEN TRY_CAST(TRY_CAST(${whole} AS TIMESTAMPTZ) AS TIMESTAMP) ELSE TRY_CAST(${text} AS TIMESTAMP) END`;
  // To DuckDB `inf` is a time.
  return `nullif(nullif(${read}, TIMESTAMP 'infinity'), TIMESTAMP '-infinity')`;
}
