import type { ColumnType } from "@/lib/steps/_sdk/columns";

const integers = new Set([
  "TINYINT",
  "SMALLINT",
  "INTEGER",
  "BIGINT",
  "HUGEINT",
  "UTINYINT",
  "USMALLINT",
  "UINTEGER",
  "UBIGINT",
  "UHUGEINT",
]);
const texts = new Set([
  "VARCHAR",
  "UUID",
  "TIME",
  "TIME WITH TIME ZONE",
  "TIME_NS",
  "INTERVAL",
  "BLOB",
  "BIT",
]);

/** What a person calls a DuckDB type, from its name as DESCRIBE prints it. */
export function columnType(duckType: string): ColumnType {
  if (/^FLOAT\[\d*\]$/.test(duckType)) return "vector";
  if (duckType.endsWith("]")) return "list";
  if (
    /^(STRUCT|MAP|UNION)\(/.test(duckType) ||
    duckType === "JSON" ||
    duckType === "VARIANT"
  )
    return "object";
  if (integers.has(duckType)) return "integer";
  if (
    duckType === "FLOAT" ||
    duckType === "DOUBLE" ||
    duckType === "BIGNUM" ||
    duckType.startsWith("DECIMAL")
  )
    return "number";
  if (duckType === "BOOLEAN") return "boolean";
  if (duckType === "DATE" || duckType.startsWith("TIMESTAMP"))
    return "timestamp";
  if (texts.has(duckType) || duckType.startsWith("ENUM(")) return "text";
  return "unknown";
}
