import { isNested, type ColumnType } from "@/lib/steps/_sdk/columns";

export const fittedTypes = ["text", "integer", "number", "boolean", "timestamp"] as const;
export type FittedType = (typeof fittedTypes)[number];

/**
 * SQL that turns a value into a type, and is null where it does not fit. Nothing is rounded: 1.5 is no whole number.
 * It never gives an error, whatever the value.
 */
export function fitType(value: string, from: ColumnType, to: FittedType): string {
  const text = isNested(from) ? `to_json(${value})::VARCHAR` : `(${value})::VARCHAR`;
  const isNumeric = from === "integer" || from === "number";
  switch (to) {
    case "text":
      return text;
    case "integer":
      if (from === "integer" || from === "boolean") return `TRY_CAST(${value} AS BIGINT)`;
      if (from === "number") return `CASE WHEN ${value} = trunc(${value}) THEN TRY_CAST(${value} AS BIGINT) END`;
      return `CASE WHEN regexp_full_match(trim(${text}), '[+-]?\\d+(\\.0*)?') THEN TRY_CAST(${text} AS BIGINT) END`;
    case "number":
      return isNumeric || from === "boolean" ? `TRY_CAST(${value} AS DOUBLE)` : `TRY_CAST(${text} AS DOUBLE)`;
    case "boolean":
      return isNumeric ? `CASE WHEN ${value} IN (0, 1) THEN ${value} = 1 END` : `TRY_CAST(${text} AS BOOLEAN)`;
    case "timestamp":
      return from === "timestamp" ? `TRY_CAST(${value} AS TIMESTAMP)` : `TRY_CAST(${text} AS TIMESTAMP)`;
  }
}
