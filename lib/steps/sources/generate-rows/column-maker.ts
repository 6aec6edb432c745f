import type { ColumnType } from "../../_sdk/columns";

export interface GeneratedColumn {
  name: string;
  kind: "row-number" | "integer" | "number" | "choice" | "date" | "constant";
  from: string;
  to: string;
  values: string;
  weights: string;
}

export interface ColumnMaker {
  type: ColumnType;
  /** The cell of a row, from a number drawn between 0 and 1. */
  make: (row: number, drawn: number) => string | number;
}

/** How a column's cells are made, or for a person what is wrong with its settings. */
export function readColumn(column: GeneratedColumn): ColumnMaker | { problem: string } {
  const readers = { "row-number": readRowNumber, integer: readInteger, number: readNumber, choice: readChoice, date: readDate, constant: readConstant };
  return readers[column.kind](column);
}

function readRowNumber({ from }: GeneratedColumn): ColumnMaker | { problem: string } {
  const first = from.trim() === "" ? 0 : Number(from);
  return Number.isSafeInteger(first) ? { type: "integer", make: (row) => first + row } : { problem: "“from” has to be a whole number" };
}

function readInteger({ from, to }: GeneratedColumn): ColumnMaker | { problem: string } {
  const [low, high] = [readFinite(from), readFinite(to)];
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high < low) return { problem: "“from” and “to” have to be whole numbers, the second not below the first" };
  return { type: "integer", make: (_, drawn) => low + Math.floor(drawn * (high - low + 1)) };
}

function readNumber({ from, to }: GeneratedColumn): ColumnMaker | { problem: string } {
  const [low, high] = [readFinite(from), readFinite(to)];
  if (!(high >= low)) return { problem: "“from” and “to” have to be numbers, the second not below the first" };
  return { type: "number", make: (_, drawn) => low + drawn * (high - low) };
}

function readFinite(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

function readChoice({ values, weights }: GeneratedColumn): ColumnMaker | { problem: string } {
  const choices = values.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (choices.length === 0) return { problem: "there are no values to choose from" };
  const given = weights.trim() === "" ? choices.map(() => 1) : weights.split(/[\s,;]+/).filter((word) => word !== "").map(Number);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  if (given.length !== choices.length) return { problem: `there are ${choices.length} values and ${given.length} weights` };
  if (!given.every((weight) => weight >= 0) || !Number.isFinite(total) || total === 0) return { problem: "weights have to be numbers from 0 up, not all 0" };
  let sum = 0;
  const ends = given.map((weight) => (sum += weight) / total);
  const last = choices[given.findLastIndex((weight) => weight > 0)] ?? "";
  return { type: "text", make: (_, drawn) => choices[ends.findIndex((end) => drawn < end)] ?? last };
}

const DAY_MS = 86_400_000;

function readDate({ from, to }: GeneratedColumn): ColumnMaker | { problem: string } {
  const [low, high] = [readDay(from), readDay(to)];
  if (!(high >= low)) return { problem: "“from” and “to” have to be days such as 2026-03-01, the second not before the first" };
  return { type: "timestamp", make: (_, drawn) => new Date(low + Math.floor(drawn * ((high - low) / DAY_MS + 1)) * DAY_MS).toISOString().slice(0, 10) };
}

/** Midnight of a day in UTC; not a number where there is no such day. */
function readDay(text: string): number {
  const day = text.trim();
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // 30 February is a day in March to JavaScript.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? time : Number.NaN;
}

function readConstant({ values }: GeneratedColumn): ColumnMaker {
  return { type: "text", make: () => values };
}
