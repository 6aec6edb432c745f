import { z } from "zod";
import type { TextLengths } from "./prompt-size";

const typedTable = z.object({ columns: z.array(z.object({ name: z.string() })), rows: z.array(z.array(z.unknown())) });
const LOOKED_AT = 1000;

/** Mean lengths of a table that was typed in, from its first rows. */
export function lengthsOfTyped(table: unknown): TextLengths {
  const parsed = typedTable.safeParse(table);
  if (!parsed.success) return {};
  const rows = parsed.data.rows.slice(0, LOOKED_AT);
  const mean = (place: number) => rows.reduce((sum, row) => sum + lengthOf(row[place]), 0) / Math.max(1, rows.length);
  return Object.fromEntries(parsed.data.columns.map(({ name }, place) => [name, mean(place)]));
}

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : typeof value === "number" || typeof value === "boolean" ? String(value).length : 0;
}
