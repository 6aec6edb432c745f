import { DataType, type Field, type Struct } from "apache-arrow";
import { quoteIdentifier } from "../quote-identifier";

/** The DuckDB type that holds an Arrow type's values as `arrowCell` writes them. */
export function arrowDuckType(type: DataType): string {
  if (DataType.isDictionary(type)) return arrowDuckType(type.dictionary as DataType);
  if (DataType.isBool(type)) return "BOOLEAN";
  if (DataType.isInt(type)) return type.bitWidth === 64 && !type.isSigned ? "UBIGINT" : "BIGINT";
  if (DataType.isFloat(type)) return "DOUBLE";
  if (DataType.isDecimal(type)) return type.precision <= 38 ? `DECIMAL(${type.precision},${type.scale})` : "VARCHAR";
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return "TIMESTAMP";
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) return `${arrowDuckType(type.children[0]?.type as DataType)}[]`;
  if (DataType.isStruct(type)) return structType(type);
  if (DataType.isMap(type)) return "JSON";
  return "VARCHAR";
}

function structType(type: Struct): string {
  const names = new Set(type.children.map(({ name }) => name.toLowerCase()));
  // DuckDB has no structs with nameless fields, or with names that differ only in case.
  if (names.size < type.children.length || names.size === 0 || names.has("")) return "JSON";
  return `STRUCT(${type.children.map((field: Field) => `${quoteIdentifier(field.name)} ${arrowDuckType(field.type as DataType)}`).join(", ")})`;
}

/** A value as JSON text, every digit of it kept. Bytes become Base64, not-a-number a text that DuckDB reads as such. */
export function arrowCell(value: unknown, type: DataType): string {
  if (value === null || value === undefined) return "null";
  if (DataType.isDictionary(type)) return arrowCell(value, type.dictionary as DataType);
  if (DataType.isDecimal(type)) return writeDecimal(value as Uint32Array, type.scale);
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return JSON.stringify(writeTime(Number(value)));
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const item = type.children[0]?.type as DataType;
    return `[${[...(value as Iterable<unknown>)].map((member) => arrowCell(member, item)).join(",")}]`;
  }
  if (DataType.isStruct(type)) return writeMembers(type.children.map((field: Field) => [field.name, (value as Record<string, unknown>)[field.name], field.type as DataType]));
  if (DataType.isMap(type)) {
    const item = (type.children[0]?.type as Struct).children[1]?.type as DataType;
    return writeMembers([...(value as Iterable<[unknown, unknown]>)].map(([key, member]) => [String(key), member, item]));
  }
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
  if (typeof value === "bigint") return DataType.isInt(type) ? value.toString() : JSON.stringify(value.toString());
  return JSON.stringify(value);
}

function writeMembers(members: [string, unknown, DataType][]): string {
  return `{${members.map(([name, value, type]) => `${JSON.stringify(name.toWellFormed())}:${arrowCell(value, type)}`).join(",")}}`;
}

/** Arrow hands a time over as milliseconds since 1970, with a fraction. */
function writeTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const micros = Math.round((milliseconds - whole) * 1000);
  const date = new Date(whole);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}`;
}

function writeDecimal(words: Uint32Array, scale: number): string {
  let value = 0n;
  for (const word of [...words].reverse()) value = (value << 32n) | BigInt(word);
  const signed = BigInt.asIntN(words.length * 32, value);
  const digits = (signed < 0n ? -signed : signed).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return JSON.stringify(signed < 0n ? `-${text}` : text);
}
