import type { DuckDBValue } from "@duckdb/node-api";
import { isNested, type Column } from "@/lib/steps/_sdk/columns";
import { cellJsonText, cellText } from "./cell-text";
import { parseExactJson } from "./exact-json";
import { type JsonValue, toJsonCell } from "./json-cell";
import { quoteIdentifier } from "./quote-identifier";
import type { FoundRows, PageRow } from "./query-page";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { selectTable } from "./table-view";
import { ROW } from "@/lib/steps/_sdk/own-columns";

/** Characters of a cell that a page shows. */
const CELL_LIMIT = 2000;

/** Cells of some rows, in the order asked for, long ones cut. */
export async function readCutCells(
  session: TableSession,
  source: { dataFolder: string; manifest: TableManifest },
  columns: readonly Column[],
  wanted: FoundRows,
): Promise<PageRow[]> {
  const cells = columns.map(({ name, type }, index) => {
    const isLong = isNested(type) || type === "text" || type === "binary" || type === "unknown";
    return `${isLong ? `left(${isNested(type) ? cellJsonText({ name, type }) : cellText({ name, type })}, ${CELL_LIMIT + 1})` : quoteIdentifier(name)} AS c${index}`;
  });
  const selected = [...cells, ROW].join(", ");
  const scans = Array.isArray(wanted)
    ? selectRows(source, wanted)
    : [selectTable({ ...source, range: wanted })];
  if (scans.length === 0) return [];
  const found = await session.read(
    scans
      .map((scan) => `SELECT ${selected} FROM (${scan})`)
      .join(" UNION ALL "),
  );
  const rows = found.map((row) => toPageRow(row, columns));
  if (!Array.isArray(wanted)) return rows.sort((a, b) => a.row - b.row);
  const byNumber = new Map(rows.map((row) => [row.row, row]));
  return wanted.flatMap((row) => byNumber.get(row) ?? []);
}

/** One scan for each part that has some of the rows, so that the reader skips the row groups that have none. */
function selectRows(
  source: { dataFolder: string; manifest: TableManifest },
  wanted: readonly number[],
): string[] {
  const scans: string[] = [];
  let start = 0;
  for (const part of source.manifest.parts) {
    const end = start + part.rows;
    const inPart = wanted.filter((row) => row >= start && row < end);
    if (inPart.length > 0) {
      const range = {
        start: Math.min(...inPart),
        end: Math.max(...inPart) + 1,
      };
      scans.push(
        `SELECT * FROM (${selectTable({ ...source, range })}) WHERE ${ROW} IN (${inPart.join(", ")})`,
      );
    }
    start = end;
  }
  return scans;
}

function toPageRow(
  row: Record<string, DuckDBValue>,
  columns: readonly Column[],
): PageRow {
  const cut: string[] = [];
  const values = columns.map(({ name, type }, index): [string, JsonValue] => {
    const cell = toJsonCell(row[`c${index}`] ?? null);
    if (typeof cell !== "string") return [name, cell];
    if (cell.length > CELL_LIMIT && [...cell].length > CELL_LIMIT) {
      cut.push(name);
      return [name, [...cell].slice(0, CELL_LIMIT).join("")];
    }
    return [name, isNested(type) ? parseExactJson(cell) : cell];
  });
  return { row: Number(row[ROW]), values: Object.fromEntries(values), cut };
}
