export type CellKind = "integer" | "big" | "number" | "boolean" | "date" | "datetime" | "time" | "text";

const types: Record<CellKind, string> = { integer: "BIGINT", big: "BIGINT", number: "DOUBLE", boolean: "BOOLEAN", date: "DATE", datetime: "TIMESTAMP", time: "TIME", text: "VARCHAR" };

/** Mixtures that a type holds without loss. A whole number beyond 2^53 (`big`) is none of a DOUBLE. */
const mixtures: readonly [readonly CellKind[], string][] = [
  [["integer", "big"], "BIGINT"],
  [["integer", "number"], "DOUBLE"],
  [["date", "datetime"], "TIMESTAMP"],
];

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

  /** Mixtures that no type holds are text. */
  toDuckType(column: number): string {
    const kinds = [...(this.kinds[column] ?? [])];
    const [kind] = kinds;
    if (kind === undefined) return "VARCHAR";
    if (kinds.length === 1) return types[kind];
    return mixtures.find(([held]) => kinds.every((one) => held.includes(one)))?.[1] ?? "VARCHAR";
  }
}

/** The kind of a number from its text. */
export function numberKind(text: string): "integer" | "big" | "number" {
  if (!/^-?\d+$/.test(text) || text === "-0") return "number";
  if (Number.isSafeInteger(Number(text))) return "integer";
  const whole = BigInt(text);
  return BigInt.asIntN(64, whole) === whole ? "big" : "number";
}
