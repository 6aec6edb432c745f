import { valueNamed } from "@/lib/core/named-values";

export type Row = Record<string, unknown>;

export interface Axis {
  name: string;
  /** Marks, each with its place: 0 at the foot, 1 at the top. */
  ticks: { label: string | number; at: number }[];
  /** Where a value stands; null where it has no place. */
  placeOf: (value: unknown) => number | null;
}

/** Above that ratio numbers are spread by their size: learning rates, not dropouts. */
const LOG_RATIO = 50;
const MOST_TICKS = 12;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** An axis for a column of a small table: of numbers, evenly or by their size, or of texts in the order in which they come. */
export function makeAxis(name: string, rows: readonly Row[]): Axis {
  const values = rows.map((row) => valueNamed(row, name)).filter((value) => value !== null && value !== undefined);
  if (values.length > 0 && values.every(isNumber)) return makeNumberAxis(name, values);
  const texts = [...new Set(values.map(textOf))];
  const at = (index: number) => (texts.length === 1 ? 0.5 : index / (texts.length - 1));
  return {
    name,
    ticks: texts.slice(0, MOST_TICKS).map((label, index) => ({ label, at: at(index) })),
    placeOf: (value) => (value === null || value === undefined ? null : at(texts.indexOf(textOf(value)))),
  };
}

function makeNumberAxis(name: string, values: readonly number[]): Axis {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const isLog = low > 0 && high / low > LOG_RATIO;
  const place = (value: number) => (high === low ? 0.5 : isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const middle = isLog ? Math.sqrt(low * high) : (low + high) / 2;
  const ticks = high === low ? [low] : [low, middle, high];
  return { name, ticks: ticks.map((value) => ({ label: value, at: place(value) })), placeOf: (value) => (isNumber(value) ? place(value) : null) };
}
