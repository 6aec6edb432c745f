import { join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import { CellRows } from "./cell-rows";
import { type CellKind, ColumnKinds, numberKind } from "./column-kinds";
import { FailureLog } from "./failure-log";
import { nameColumns } from "./name-columns";
import { readAsOwn } from "./own-cells";
import type { SourceContext, SourceFile, SourceNote, SourceOptions, SourceTable } from "./source-file";
import { type HeadCell, type HeadKind, weighHeader } from "./weigh-header";
import { readXlsxRows, type XlsxCell, type XlsxRow } from "./xlsx-rows";
import { readWorkbook, type XlsxWorkbook } from "./xlsx-workbook";
import type { ZipArchive } from "./zip-archive";

/** Loads a sheet. Rows without any value are passed over, as Excel does. Throws `sheet_missing`, `file_empty`, `file_unreadable`. */
export async function loadXlsx({ scratch, signal, sql }: SourceContext, archive: ZipArchive, file: SourceFile, options: SourceOptions): Promise<SourceTable> {
  const workbook = await readWorkbook(archive, file);
  const own = workbook.ownColumns;
  const candidates = chooseSheets(workbook, options.sheet);
  for (const [place, sheet] of candidates.entries()) {
    let uncalculated = 0;
    const table = new SheetTable(await CellRows.create(scratch), new FailureLog(join(scratch, "failures.jsonl")), file, options, own !== null);
    for await (const batch of readXlsxRows(sheet.member, workbook, () => uncalculated++)) {
      signal?.throwIfAborted();
      for (const row of batch) await table.take(row);
    }
    const loaded = await table.close();
    if (loaded === null) {
      if (place < candidates.length - 1) continue;
      throw new AppError("file_empty", { name: file.name });
    }
    const others = workbook.sheets.filter((other) => other !== sheet).map(({ name }) => name);
    const notes: SourceNote[] = [
      ...(options.sheet === "" && others.length > 0 ? [{ code: "sheet_taken", data: { sheet: sheet.name, others: others.slice(0, 5).join(", "), count: others.length }, param: "sheet" }] : []),
      ...(uncalculated > 0 ? [{ code: "formulas_without_results", data: { count: uncalculated }, param: null }] : []),
    ];
    if (!own || options.allText) return { ...loaded, notes: [...notes, ...(loaded.notes ?? [])] };
    return { ...loaded, ...(await readAsOwn(sql, loaded, own, table.types)), notes };
  }
  throw new AppError("file_empty", { name: file.name });
}

/** The sheet that was asked for; else all, those that are shown first, of which the first with a row is the one. */
function chooseSheets({ sheets }: XlsxWorkbook, wanted: string): XlsxWorkbook["sheets"] {
  if (wanted === "") return [...sheets.filter(({ isHidden }) => !isHidden), ...sheets.filter(({ isHidden }) => isHidden)];
  const found = sheets.find(({ name }) => name === wanted) ?? (/^\d+$/.test(wanted) ? sheets[Number(wanted) - 1] : undefined);
  if (!found) throw new AppError("sheet_missing", { sheet: wanted, sheets: sheets.map(({ name }) => name).join(", ") });
  return [found];
}

/** As many rows as the header is guessed by. */
const SAMPLE_ROWS = 200;
const MAX_TITLES = 20;

class SheetTable {
  types: string[] = [];
  private header: string[] | null = null;
  private sample: XlsxRow[] | null = [];
  private readonly kinds = new ColumnKinds();
  private readonly notes: SourceNote[] = [];

  constructor(
    private readonly rows: CellRows,
    private readonly failures: FailureLog,
    private readonly file: SourceFile,
    private readonly options: SourceOptions,
    private readonly isOwn: boolean,
  ) {}

  async take(row: XlsxRow): Promise<void> {
    if (row.row < this.options.headerRow) return;
    if (this.sample === null) return this.takeRow(row);
    this.sample.push(row);
    if (this.sample.length >= SAMPLE_ROWS) await this.takeSample();
  }

  private async takeSample(): Promise<void> {
    const sample = this.sample ?? [];
    this.sample = null;
    const titles = this.isOwn || this.options.headerRow > 0 ? 0 : countTitles(sample);
    const [title] = sample;
    if (titles > 0) this.notes.push({ code: "titles_left_out", data: { count: titles, first: (title?.cells.find((cell) => cell !== null)?.value ?? "").slice(0, 80) }, param: "headerRow" });
    const [first, ...body] = sample.slice(titles);
    const isHeader = first !== undefined && (this.isOwn || this.options.header === "yes" || (this.options.header === "auto" && isNamed(first, body)));
    this.header = isHeader ? first.cells.map((cell) => cell?.value ?? "") : [];
    this.kinds.widen(this.header.length);
    if (first && !this.isOwn && this.options.header === "auto") this.notes.push({ code: isHeader ? "header_taken" : "header_made", data: isHeader ? { names: this.header.slice(0, 3).join(", ") } : {}, param: "header" });
    for (const row of isHeader ? body : sample.slice(titles)) await this.takeRow(row);
  }

  private async takeRow(row: XlsxRow): Promise<void> {
    const wrong = this.options.onBadRow === "fail" ? row.cells.findIndex((cell) => cell?.kind === "error") : -1;
    if (wrong >= 0) {
      await this.failures.add("file_cell_error", { line: row.row, name: this.file.name, column: this.header?.[wrong] ?? `column${wrong + 1}`, value: row.cells[wrong]?.value ?? "" }, this.rows.count);
      return;
    }
    await this.rows.add(row.cells.map((cell, index) => this.write(cell, index)));
  }

  private write(cell: XlsxCell | null, index: number): string {
    this.kinds.widen(index + 1);
    if (cell === null || cell.kind === "error") return "null";
    const kind = kindOf(cell);
    this.kinds.add(index, kind);
    const isBare = !this.options.allText && !this.isOwn && (kind === "integer" || kind === "big" || kind === "number" || kind === "boolean");
    return isBare ? toJsonNumber(cell.value) : JSON.stringify(cell.value);
  }

  /** Null if the sheet has no cell. */
  async close(): Promise<SourceTable | null> {
    if (this.sample !== null) await this.takeSample();
    const failures = await this.failures.close();
    if (this.kinds.width === 0) return null;
    const names = nameColumns(Array.from({ length: this.kinds.width }, (_, index) => this.header?.[index] ?? ""));
    this.types = names.map((_, index) => this.kinds.toDuckType(index));
    const columns = names.map((name, index) => ({ name, type: this.options.allText || this.isOwn ? "VARCHAR" : (this.types[index] ?? "VARCHAR") }));
    return { ...(await this.rows.close(columns)), rows: this.rows.count, failures, notes: this.notes };
  }
}

function kindOf({ kind, value }: XlsxCell): CellKind {
  if (kind === "number") return numberKind(toWhole(value));
  return kind === "duration" || kind === "error" ? "text" : kind;
}

/** Excel writes 1E+20; a whole number that is written as a fraction is one to it as well. */
function toWhole(text: string): string {
  const number = Number(text);
  return /^-?\d+$/.test(text) || !Number.isSafeInteger(number) || Object.is(number, -0) ? text : String(number);
}

function toJsonNumber(text: string): string {
  const whole = toWhole(text);
  return /^(-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?|true|false)$/.test(whole) ? whole : String(Number(text));
}

/** Single cells over rows that have several: a title, often merged over the width of the table. */
function countTitles(rows: readonly XlsxRow[]): number {
  const filled = (row: XlsxRow | undefined): number => row?.cells.filter((cell) => cell !== null).length ?? 0;
  let titles = 0;
  while (titles < MAX_TITLES && filled(rows[titles]) === 1) titles++;
  const body = rows.slice(titles);
  const isTable = body.length >= 2 && filled(body[0]) >= 2 && body.every((row) => filled(row) >= 2);
  return titles < MAX_TITLES && isTable ? titles : 0;
}

function isNamed(first: XlsxRow, body: readonly XlsxRow[]): boolean {
  const width = Math.max(first.cells.length, ...body.map(({ cells }) => cells.length));
  const weight = weighHeader([first, ...body].map(({ cells }) => Array.from({ length: width }, (_, index) => toHeadCell(cells[index] ?? null))));
  return weight > 0 || (weight === 0 && first.cells.every((cell) => cell === null || cell.kind === "text"));
}

function toHeadCell(cell: XlsxCell | null): HeadCell {
  if (cell === null) return { text: "", kind: "empty" };
  const kind: HeadKind = cell.kind === "number" || cell.kind === "boolean" ? cell.kind : cell.kind === "text" || cell.kind === "error" ? "text" : "date";
  return { text: cell.value.trim(), kind };
}
