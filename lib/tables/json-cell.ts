import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from "@duckdb/node-api";

export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * A cell as JSON: whole numbers beyond 2^53, decimals, dates, NaN and infinities become text, bytes base64. A map with
 * text keys is an object, another one a list of [key, value].
 */
export function toJsonCell(value: DuckDBValue): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean")
    return value;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === "number")
    return Number.isFinite(value) ? value : String(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map(toJsonCell);
  if (value instanceof DuckDBStructValue)
    return toObject(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue) return mapToJson(value);
  if (value instanceof DuckDBUnionValue) return toJsonCell(value.value);
  if (value instanceof DuckDBBlobValue)
    return Buffer.from(value.bytes).toString("base64");
  if (value instanceof DuckDBDecimalValue && value.scale === 0) return toJsonCell(value.value);
  return value.toString();
}

function mapToJson(map: DuckDBMapValue): JsonValue {
  if (map.entries.every(({ key }) => typeof key === "string")) {
    return toObject(map.entries.map(({ key, value }) => [String(key), value]));
  }
  return map.entries.map(({ key, value }) => [
    toJsonCell(key),
    toJsonCell(value),
  ]);
}

/** `fromEntries` defines its members, so that a field called `__proto__` stays a field. */
function toObject(entries: [string, DuckDBValue][]): JsonValue {
  return Object.fromEntries(
    entries.map(([key, value]) => [key, toJsonCell(value)]),
  );
}
