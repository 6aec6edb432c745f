import type { Column, ColumnType } from "../../_sdk/columns";

/** How the tables' columns differ in names or order, for a person; null where they agree. */
export function explainDifference(
  tables: readonly (readonly Column[])[],
): string | null {
  const [first, ...others] = tables.map((columns) =>
    columns.map(({ name }) => name),
  );
  const index = others.findIndex(
    (names) =>
      names.length !== first?.length ||
      names.some((name, place) => name !== first[place]),
  );
  if (index < 0) return null;
  return `table 1 has ${first?.join(", ")}; table ${index + 2} has ${others[index]?.join(", ")}`;
}

/** All columns, by first appearance. Where types differ, whole numbers widen to numbers, days to points in time, and all else to text. */
export function mergeColumns(tables: readonly (readonly Column[])[]): Column[] {
  const merged = new Map<string, Column>();
  for (const { name, type } of tables.flat()) {
    // DuckDB takes names that differ only in case for one.
    const key = name.toLowerCase();
    const before = merged.get(key);
    merged.set(
      key,
      before
        ? { name: before.name, type: mergeTypes(before.type, type) }
        : { name, type },
    );
  }
  return [...merged.values()];
}

function mergeTypes(a: ColumnType, b: ColumnType): ColumnType {
  if (a === b) return a;
  const pair = new Set([a, b]);
  if (pair.has("unknown")) return "unknown";
  if (pair.has("integer") && pair.has("number")) return "number";
  return pair.has("date") && pair.has("timestamp") ? "timestamp" : "text";
}

/** The first column whose types differ by more than whole numbers and numbers, for a person; null where none does. */
export function explainTypes(
  tables: readonly (readonly Column[])[],
): string | null {
  const first = new Map<string, { type: ColumnType; table: number }>();
  for (const [index, columns] of tables.entries()) {
    for (const { name, type } of columns) {
      const before = first.get(name.toLowerCase());
      if (before && before.type !== type && mergeTypes(before.type, type) === "text")
        return `“${name}” is ${before.type} in table ${before.table + 1} and ${type} in table ${index + 1}`;
      if (!before) first.set(name.toLowerCase(), { type, table: index });
    }
  }
  return null;
}
