import { columnType, structMembers } from "@/lib/tables/column-type";
import type { YamlValue } from "./write-yaml";

const dtypes: Record<string, string> = {
  VARCHAR: "string", BOOLEAN: "bool", BLOB: "binary", DATE: "date32", TIME: "time64[us]",
  TINYINT: "int8", SMALLINT: "int16", INTEGER: "int32", BIGINT: "int64", UTINYINT: "uint8", USMALLINT: "uint16", UINTEGER: "uint32", UBIGINT: "uint64",
  FLOAT: "float32", DOUBLE: "float64", TIMESTAMP: "timestamp[us]", TIMESTAMP_NS: "timestamp[ns]", "TIMESTAMP WITH TIME ZONE": "timestamp[us, tz=UTC]",
};

/**
 * The features of a data set as `datasets` writes them in a card, of the types that DuckDB reads in its Parquet files. Null if
 * one has no name there: a reader then finds the types by itself.
 */
export function describeFeatures(columns: readonly { name: string; type: string }[]): YamlValue[] | null {
  const features = columns.map(({ name, type }) => describeFeature(type, name));
  return features.some((feature) => feature === null) ? null : features.flatMap((feature) => feature ?? []);
}

function describeFeature(type: string, name: string): { [key: string]: YamlValue } | null {
  const inner = describeType(type);
  return inner === null ? null : { name, ...inner };
}

function describeType(type: string): { [key: string]: YamlValue } | null {
  if (columnType(type) === "image") return { dtype: "image" };
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type);
  if (decimal) return { dtype: `decimal128(${decimal[1] ?? ""}, ${decimal[2] ?? ""})` };
  if (type.endsWith("]")) {
    const item = describeType(type.replace(/\[\d*\]$/, ""));
    // A list of values is named by their type, a list of structs by their members.
    return item && { list: item.struct ?? (typeof item.dtype === "string" ? item.dtype : item) };
  }
  if (type.startsWith("STRUCT(")) {
    const members = [...structMembers(type)].map(([name, member]) => describeFeature(member, name));
    return members.length === 0 || members.some((member) => member === null) ? null : { struct: members.flatMap((member) => member ?? []) };
  }
  const dtype = dtypes[type];
  return dtype === undefined ? null : { dtype };
}
