import type { XlsxWorkbook } from "./xlsx-workbook";
import { readXml } from "./xlsx-xml";
import type { ZipMember } from "./zip-archive";

export type XlsxCell =
  | { kind: "text"; value: string }
  | { kind: "number"; value: number }
  | { kind: "boolean"; value: boolean }
  /** In ISO 8601. */
  | { kind: "date"; value: string }
  /** What Excel shows where a formula has no value, such as `#N/A`. */
  | { kind: "error"; value: string };

export interface XlsxRow {
  /** As Excel numbers it, from 1. */
  row: number;
  /** By column; null where a cell is empty. */
  cells: (XlsxCell | null)[];
}

/** Excel's own limit; a file that claims more columns is broken. */
const MAX_COLUMNS = 16_384;

/** Rows of a sheet that hold a value, a batch at a time. */
export async function* readXlsxRows(member: ZipMember, workbook: XlsxWorkbook): AsyncGenerator<XlsxRow[]> {
  let rows: XlsxRow[] = [];
  let current: XlsxRow = { row: 0, cells: [] };
  let cell = { type: "n", style: 0, column: 0, text: "" };
  let inValue = false;
  const pieces = readXml(await member.open(), {
    open(name, attributes) {
      if (name === "row") current = { row: Number(attributes["r"] ?? current.row + 1), cells: [] };
      if (name === "c") {
        const column = columnOf(attributes["r"]) ?? current.cells.length;
        cell = { type: attributes["t"] ?? "n", style: Number(attributes["s"] ?? 0), column, text: "" };
      }
      inValue = name === "v" || name === "t";
    },
    text(piece) {
      if (inValue) cell.text += piece;
    },
    close(name) {
      if (name === "v" || name === "t") inValue = false;
      if (name === "c" && cell.column < MAX_COLUMNS) {
        while (current.cells.length < cell.column) current.cells.push(null);
        current.cells[cell.column] = toCell(cell, workbook);
      }
      if (name === "row" && current.cells.some((found) => found !== null)) rows.push(current);
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
  if (type === "inlineStr" || type === "str") return text === "" ? null : { kind: "text", value: unescapeText(text) };
  if (text === "") return null;
  if (type === "s") {
    const value = workbook.strings[Number(text)] ?? "";
    return value === "" ? null : { kind: "text", value: unescapeText(value) };
  }
  if (type === "b") return { kind: "boolean", value: text === "1" };
  if (type === "e") return { kind: "error", value: text };
  if (type === "d") return { kind: "date", value: text };
  const value = Number(text);
  if (!Number.isFinite(value)) return { kind: "error", value: text };
  return workbook.isDate[style] ? { kind: "date", value: toIso(value, workbook.from1904) } : { kind: "number", value };
}

/** Excel writes characters that XML forbids as `_x0007_`. */
function unescapeText(text: string): string {
  const plain = text.includes("_x") ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text;
  return plain.toWellFormed();
}

const DAY_MS = 86_400_000;

function toIso(days: number, from1904: boolean): string {
  // Excel believes that 1900 was a leap year, so its days before 1 March of that year are off by one.
  const since1970 = from1904 ? days - 24_107 : days < 61 ? days - 25_568 : days - 25_569;
  const date = new Date(Math.round(since1970 * DAY_MS));
  if (Number.isNaN(date.getTime())) return String(days);
  if (!from1904 && days >= 0 && days < 1) return date.toISOString().slice(11, 19);
  return date.toISOString().slice(0, -1);
}
