import { z } from "zod";

const typedTable = z.strictObject({
  columns: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.enum(["text", "integer", "number", "boolean"]),
      }),
    )
    .max(200),
  rows: z
    .array(
      z
        .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .max(200),
    )
    .max(100_000),
});
type TypedTable = z.infer<typeof typedTable>;

/** A table typed by hand. */
export const typedTableParam = typedTable.meta({ field: { kind: "table" } });

/** DuckDB types of its columns. */
export const typedCellTypes = {
  text: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
} as const;

const fits = {
  text: (cell: string | number | boolean) => typeof cell === "string",
  integer: (cell: string | number | boolean) => Number.isSafeInteger(cell),
  number: (cell: string | number | boolean) => typeof cell === "number",
  boolean: (cell: string | number | boolean) => typeof cell === "boolean",
};

/** The first cell that does not fit its column, for a person; null where all do. */
export function explainCells({ columns, rows }: TypedTable): string | null {
  for (const [row, cells] of rows.entries()) {
    if (cells.length !== columns.length)
      return `row ${row + 1} has ${cells.length} cells where there are ${columns.length} columns`;
    for (const [index, { name, type }] of columns.entries()) {
      const cell = cells[index] ?? null;
      if (cell !== null && !fits[type](cell))
        return `row ${row + 1} of “${name}” is no ${type}`;
    }
  }
  return null;
}
