export type CellKind = "integer" | "number" | "boolean" | "date" | "text";

/** The kinds of values met in each column, and the DuckDB type that holds them. */
export class ColumnKinds {
  private readonly kinds: Set<CellKind>[] = [];

  get width(): number {
    return this.kinds.length;
  }

  /** Makes room for a number of columns. */
  widen(width: number): void {
    while (this.kinds.length < width) this.kinds.push(new Set());
  }

  add(column: number, kind: CellKind): void {
    this.widen(column + 1);
    this.kinds[column]?.add(kind);
  }

  /** Whole numbers and fractions together are fractions; any other mixture is text. */
  toDuckType(column: number): string {
    const kinds = this.kinds[column] ?? new Set<CellKind>();
    const [kind, other] = [...kinds];
    if (kind === undefined) return "VARCHAR";
    if (other !== undefined) return kinds.size === 2 && kinds.has("integer") && kinds.has("number") ? "DOUBLE" : "VARCHAR";
    return { integer: "BIGINT", number: "DOUBLE", boolean: "BOOLEAN", date: "TIMESTAMP", text: "VARCHAR" }[kind];
  }
}
