import { join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import { CellRows } from "./cell-rows";
import { ColumnKinds } from "./column-kinds";
import { FailureLog } from "./failure-log";
import { nameColumns } from "./name-columns";
import type { SourceContext, SourceFile, SourceOptions, SourceTable } from "./source-file";
import { readXlsxRows, type XlsxCell, type XlsxRow } from "./xlsx-rows";
import { readWorkbook, type XlsxWorkbook } from "./xlsx-workbook";
import type { ZipArchive } from "./zip-archive";

/** Loads a sheet. Rows without any value are passed over, as Excel does. Throws `sheet_missing`, `file_empty`, `file_unreadable`. */
export async function loadXlsx({ scratch, signal }: SourceContext, archive: ZipArchive, file: SourceFile, options: SourceOptions): Promise<SourceTable> {
  const workbook = await readWorkbook(archive, file);
  const sheet = chooseSheet(workbook, options.sheet);
  const table = new SheetTable(await CellRows.create(scratch), new FailureLog(join(scratch, "failures.jsonl")), file, options);
  for await (const batch of readXlsxRows(sheet.member, workbook)) {
    signal?.throwIfAborted();
    for (const row of batch) await table.take(row);
  }
  return table.close();
}

function chooseSheet({ sheets }: XlsxWorkbook, wanted: string): XlsxWorkbook["sheets"][number] {
  const found = wanted === "" ? sheets[0] : (sheets.find(({ name }) => name === wanted) ?? (/^\d+$/.test(wanted) ? sheets[Number(wanted) - 1] : undefined));
  if (!found) throw new AppError("sheet_missing", { sheet: wanted, sheets: sheets.map(({ name }) => name).join(", ") });
  return found;
}

class SheetTable {
  private header: string[] | null = null;
  private readonly kinds = new ColumnKinds();

  constructor(
    private readonly rows: CellRows,
    private readonly failures: FailureLog,
    private readonly file: SourceFile,
    private readonly options: SourceOptions,
  ) {}

  async take(row: XlsxRow): Promise<void> {
    const { header, headerRow, onBadRow } = this.options;
    if (row.row < headerRow) return;
    if (this.header === null) {
      const isHeader = header === "yes" || (header === "auto" && row.cells.every((cell) => cell === null || cell.kind === "text"));
      this.header = isHeader ? row.cells.map((cell) => String(cell?.value ?? "")) : [];
      this.kinds.widen(this.header.length);
      if (isHeader) return;
    }
    const wrong = onBadRow === "fail" ? row.cells.findIndex((cell) => cell?.kind === "error") : -1;
    if (wrong >= 0) {
      await this.failures.add("file_cell_error", { line: row.row, name: this.file.name, column: this.header[wrong] ?? `column${wrong + 1}`, value: row.cells[wrong]?.value ?? "" }, this.rows.count);
      return;
    }
    await this.rows.add(row.cells.map((cell, index) => this.write(cell, index)));
  }

  private write(cell: XlsxCell | null, index: number): string {
    this.kinds.widen(index + 1);
    if (cell === null || cell.kind === "error") return "null";
    const kind = cell.kind === "number" && Number.isSafeInteger(cell.value) ? "integer" : cell.kind;
    // A time without a day is no timestamp.
    this.kinds.add(index, kind === "date" && !/^\d{4,}-/.test(String(cell.value)) ? "text" : kind);
    return this.options.allText ? JSON.stringify(String(cell.value)) : JSON.stringify(cell.value);
  }

  async close(): Promise<SourceTable> {
    const failures = await this.failures.close();
    if (this.kinds.width === 0) throw new AppError("file_empty", { name: this.file.name });
    const names = nameColumns(Array.from({ length: this.kinds.width }, (_, index) => this.header?.[index] ?? ""));
    const columns = names.map((name, index) => ({ name, type: this.options.allText ? "VARCHAR" : this.kinds.toDuckType(index) }));
    return { ...(await this.rows.close(columns)), rows: this.rows.count, failures };
  }
}
