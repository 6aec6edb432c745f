import type { NumberFormat, XlsxWorkbook } from "./xlsx-workbook";
import { readXml } from "./xlsx-xml";
import type { ZipMember } from "./zip-archive";

export type XlsxCell = {
  /** `error`: what Excel shows if a formula has no value, such as `#N/A`. Dates and times are in ISO 8601, durations `36:00:00`. */
  kind: "text" | "number" | "boolean" | "date" | "datetime" | "time" | "duration" | "error";
  /** Numbers as they are written in the file. */
  value: string;
};

export interface XlsxRow {
  /** As Excel numbers it, from 1. */
  row: number;
  /** By column; null where a cell is empty. */
  cells: (XlsxCell | null)[];
}

/** Excel's own limit; a file that claims more columns is broken. */
const MAX_COLUMNS = 16_384;

/** Rows of a sheet that hold a value, a batch at a time. `onUncalculated` hears of formulas that a program wrote without their results. */
export async function* readXlsxRows(member: ZipMember, workbook: XlsxWorkbook, onUncalculated?: () => void): AsyncGenerator<XlsxRow[]> {
  let rows: XlsxRow[] = [];
  let current: XlsxRow = { row: 0, cells: [] };
  let cell = { type: "n", style: 0, column: 0, text: "", hasFormula: false, hasValue: false };
  let inValue = false;
  const pieces = readXml(await member.open(), {
    open(name, attributes) {
      if (name === "row") current = { row: Number(attributes["r"] ?? current.row + 1), cells: [] };
      if (name === "c") {
        const column = columnOf(attributes["r"]) ?? current.cells.length;
        cell = { type: attributes["t"] ?? "n", style: Number(attributes["s"] ?? 0), column, text: "", hasFormula: false, hasValue: false };
      }
      if (name === "f") cell.hasFormula = true;
      inValue = name === "v" || name === "t";
      if (inValue) cell.hasValue = true;
    },
    text(piece) {
      if (inValue) cell.text += piece;
    },
    close(name) {
      if (name === "v" || name === "t") inValue = false;
      if (name === "c" && cell.column < MAX_COLUMNS) {
        while (current.cells.length < cell.column) current.cells.push(null);
        current.cells[cell.column] = toCell(cell, workbook);
        if (cell.hasFormula && !cell.hasValue) onUncalculated?.();
      }
      if (name === "row" && (workbook.ownColumns !== null || current.cells.some((found) => found !== null))) rows.push(current);
    },
  });
  for await (const _ of pieces) {
    if (rows.length > 0) yield rows;
    rows = [];
  }
}

function columnOf(reference: string | undefined): number | null {
  const letters = /^[A-Z]+/.exec(reference ?? "")?.[0];
  if (!letters) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function toCell({ type, style, text }: { type: string; style: number; text: string }, workbook: XlsxWorkbook): XlsxCell | null {
  // Nobody but Reverie writes an empty text as one.
  if (type === "inlineStr" && text === "" && workbook.ownColumns) return { kind: "text", value: "" };
  if (type === "inlineStr" || type === "str") return text === "" ? null : { kind: "text", value: unescapeText(text) };
  if (text === "") return null;
  if (type === "s") {
    const value = workbook.strings[Number(text)] ?? "";
    return value === "" ? null : { kind: "text", value: unescapeText(value) };
  }
  if (type === "b") return { kind: "boolean", value: text === "1" ? "true" : "false" };
  if (type === "e") return { kind: "error", value: text };
  if (type === "d") return { kind: text.includes("T") ? "datetime" : "date", value: text };
  const value = Number(text);
  if (!Number.isFinite(value)) return { kind: "error", value: text };
  return toNumber(value, text, workbook.formats[style] ?? "number", workbook.from1904);
}

function toNumber(value: number, text: string, format: NumberFormat, from1904: boolean): XlsxCell {
  if (format === "duration") return { kind: "duration", value: writeDuration(value) };
  if (format === "number") return { kind: "number", value: text.trim() };
  if (!from1904 && value >= 0 && value < 1 && (format === "time" || value > 0)) return { kind: "time", value: writeDuration(value).padStart(8, "0") };
  const iso = toIso(value, from1904);
  if (iso === null) return { kind: "number", value: text.trim() };
  return format === "date" && Number.isInteger(value) ? { kind: "date", value: iso.slice(0, iso.indexOf("T")) } : { kind: "datetime", value: iso };
}

/** Excel writes characters that XML forbids as `_x0007_`. */
function unescapeText(text: string): string {
  const plain = text.includes("_x") ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text;
  return plain.toWellFormed();
}

const DAY_MS = 86_400_000;

function toIso(days: number, from1904: boolean): string | null {
  // Excel believes that 1900 was a leap year, so its days before 1 March of that year are off by one.
  const since1970 = from1904 ? days - 24_107 : days < 61 ? days - 25_568 : days - 25_569;
  const date = new Date(Math.round(since1970 * DAY_MS));
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, -1);
}

/** Hours, minutes and seconds, hours beyond a day too; thousandths if there are any. */
function writeDuration(days: number): string {
  const all = Math.round(Math.abs(days) * DAY_MS);
  const two = (part: number): string => String(part).padStart(2, "0");
  const clock = `${String(Math.floor(all / 3_600_000))}:${two(Math.floor(all / 60_000) % 60)}:${two(Math.floor(all / 1000) % 60)}`;
  const rest = all % 1000;
  return `${days < 0 && all > 0 ? "-" : ""}${clock}${rest === 0 ? "" : `.${String(rest).padStart(3, "0")}`}`;
}
