import type { PlanKnown } from "../plan-known";

/** Null as soon as one of them is not known. */
export function sumRows(values: (number | null | undefined)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null || value === undefined) return null;
    sum += value;
  }
  return sum;
}

/** A source's rows: counted by its probe, or the number it is told to make. */
export function countSource(params: Record<string, unknown>, probeKey: string | null, known: PlanKnown, rowLimit: number | null): number | null {
  const probe = probeKey ? known.probes[probeKey] : undefined;
  const told = params["count"];
  const rows = probe && "rows" in probe ? probe.rows : typeof told === "number" ? told : countTyped(params["table"]);
  return rows === null ? rowLimit : Math.min(rows, rowLimit ?? rows);
}

/** Rows of a table that was typed in. */
function countTyped(table: unknown): number | null {
  return typeof table === "object" && table !== null && "rows" in table && Array.isArray(table.rows) ? table.rows.length : null;
}
