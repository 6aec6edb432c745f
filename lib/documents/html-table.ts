import { TextBuffer } from "./text-buffer";

interface Cell {
  text: TextBuffer;
  columns: number;
  rows: number;
  /** Holds a table or a heading, and so arranges a page. */
  isPart: boolean;
}

const MOST_SPANNED = 1000;

function span(value: string | undefined): number {
  const count = Number.parseInt(value ?? "", 10);
  return count > 0 ? Math.min(count, MOST_SPANNED) : 1;
}

/** A table as it is read, until it ends and its columns are known. */
export class TableReader {
  private readonly rows: Cell[][] = [];
  private cell: Cell | null = null;

  constructor(private readonly isLayout: boolean) {}

  /** Where the text of the cell that is open goes. */
  get text(): TextBuffer | null {
    return this.cell?.text ?? null;
  }

  openRow(): void {
    this.rows.push([]);
  }

  openCell(attributes: Readonly<Record<string, string | undefined>>): void {
    if (this.rows.length === 0) this.openRow();
    this.cell = { text: new TextBuffer(), columns: span(attributes["colspan"]), rows: span(attributes["rowspan"]), isPart: false };
    this.rows.at(-1)?.push(this.cell);
  }

  closeCell(): void {
    this.cell = null;
  }

  markPart(): void {
    if (this.cell) this.cell.isPart = true;
  }

  /** A row a line, its cells with a bar between them; a table that only arranges the page becomes its cells, one after the other. */
  writeTo(out: TextBuffer): void {
    const rows = this.rows.filter((row) => row.length > 0);
    const cells = rows.flat();
    if (this.isLayout || cells.some(({ isPart }) => isPart) || rows.every((row) => row.length === 1 && row[0]?.columns === 1)) {
      for (const { text } of cells) out.addBlock(text);
      return;
    }
    out.breakLine(2);
    for (const line of spread(rows)) {
      if (line.every((cell) => cell === "")) continue;
      out.addVerbatim(line.join(" | "));
      out.breakLine(1);
    }
    out.breakLine(2);
  }
}

/** The texts of all rows, each in as many cells as it spans; one that spans the whole width stands once. */
function spread(rows: Cell[][]): string[][] {
  const width = Math.min(MOST_SPANNED, Math.max(...rows.map((row) => row.reduce((sum, { columns }) => sum + columns, 0))));
  let above: { text: string; rows: number }[] = [];
  return rows.map((row) => {
    const line: string[] = [];
    const below: typeof above = [];
    const put = (text: string, rowsLeft: number): void => {
      if (rowsLeft > 0) below[line.length] = { text, rows: rowsLeft };
      line.push(text);
    };
    const carry = (): void => {
      for (let held = above[line.length]; held; held = above[line.length]) put(held.text, held.rows - 1);
    };
    for (const { text, columns, rows: down } of row) {
      carry();
      const words = text.text.replace(/\s*\n\s*/g, " ").trim();
      if (columns >= width && row.length === 1) put(words, down - 1);
      else for (let column = 0; column < columns && line.length < MOST_SPANNED; column++) put(words, down - 1);
    }
    carry();
    above = below;
    return line;
  });
}
