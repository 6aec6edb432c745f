import type { Column, ColumnType } from "@/lib/steps/_sdk/columns";

const integers = new Set(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"]);
const texts = new Set(["VARCHAR", "UUID", "INTERVAL", "BIT"]);

/** Type of a conversation that a step makes. Fixed, so that the parts of a table agree whatever is in them. */
const MESSAGES_SHAPE =
  "STRUCT(role VARCHAR, content VARCHAR, tool_calls STRUCT(id VARCHAR, type VARCHAR, function STRUCT(name VARCHAR, arguments VARCHAR))[], tool_call_id VARCHAR, name VARCHAR)[]";

/** DuckDB types of columns that say no more than their type. */
const plainShapes: Record<ColumnType, string> = {
  text: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP",
  binary: "BLOB",
  image: "STRUCT(bytes BLOB, path VARCHAR)",
  list: "JSON[]",
  vector: "FLOAT[]",
  object: "JSON",
  messages: MESSAGES_SHAPE,
  tools: "JSON[]",
  unknown: "VARCHAR",
};

/** The DuckDB type of a column. */
export function shapeOf({ type, shape }: Pick<Column, "type" | "shape">): string {
  return shape ?? plainShapes[type];
}

/** A column by the name of its DuckDB type as DESCRIBE prints it. */
export function describeColumn(name: string, duckType: string): Column {
  const type = columnType(duckType);
  return duckType === plainShapes[type] ? { name, type } : { name, type, shape: duckType };
}

/** What a person calls a DuckDB type. */
export function columnType(duckType: string): ColumnType {
  if (/^FLOAT\[\d*\]$/.test(duckType)) return "vector";
  if (duckType.endsWith("]")) return listType(duckType.replace(/\[\d*\]$/, ""));
  if (isImage(duckType)) return "image";
  if (/^(STRUCT|MAP|UNION)\(/.test(duckType) || duckType === "JSON" || duckType === "VARIANT") return "object";
  if (integers.has(duckType)) return "integer";
  if (/^DECIMAL\(\d+,\s*0\)$/.test(duckType)) return "integer";
  if (duckType === "FLOAT" || duckType === "DOUBLE" || duckType === "BIGNUM" || duckType.startsWith("DECIMAL")) return "number";
  if (duckType === "BOOLEAN") return "boolean";
  if (duckType === "DATE") return "date";
  if (duckType.startsWith("TIMESTAMP")) return "timestamp";
  if (duckType.startsWith("TIME")) return "time";
  if (duckType === "BLOB") return "binary";
  if (texts.has(duckType) || duckType.startsWith("ENUM(")) return "text";
  return "unknown";
}

/** `datasets` stores an image as its bytes and the name of its file. */
function isImage(duckType: string): boolean {
  const members = structMembers(duckType);
  return members.size === 2 && members.get("bytes") === "BLOB" && members.get("path") === "VARCHAR";
}

/** A list of structs with a role and a content is a conversation; one with functions is what a model may call. */
function listType(member: string): ColumnType {
  const members = structMembers(member);
  if (members.get("role") === "VARCHAR" && members.has("content")) return "messages";
  if (structMembers(members.get("function") ?? "").get("name") === "VARCHAR") return "tools";
  return "list";
}

/** Names and types of a struct's members; none for any other type. */
export function structMembers(duckType: string): Map<string, string> {
  const members = new Map<string, string>();
  const inner = /^STRUCT\((.*)\)$/s.exec(duckType)?.[1];
  if (inner === undefined) return members;
  for (const member of splitAtTop(inner)) {
    const [, quoted, plain, type = ""] = /^(?:"((?:[^"]|"")*)"|([^\s"]+))\s+(.*)$/s.exec(member) ?? [];
    members.set(quoted?.replaceAll('""', '"') ?? plain ?? "", type);
  }
  return members;
}

/** Splits at the commas outside brackets and quotes. */
function splitAtTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (const [index, sign] of [...text].entries()) {
    if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "(") depth += 1;
    else if (sign === ")") depth -= 1;
    else if (sign === "," && depth === 0) {
      parts.push([...text].slice(start, index).join("").trim());
      start = index + 1;
    }
  }
  return [...parts, [...text].slice(start).join("").trim()].filter((part) => part !== "");
}
