interface TypedTable {
  columns: { name: string; type: "text" | "integer" | "number" | "boolean" }[];
  rows: (string | number | boolean | null)[][];
}

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
