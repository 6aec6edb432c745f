import { writeShifted } from "./html-math";

/** A piece of text as pdf.js hands it: sizes in points, `transform` is [a, b, c, d, x, y], y upwards. */
export interface PdfPiece {
  str: string;
  transform: readonly number[];
  width: number;
  /** No more of its line follows. */
  hasEOL: boolean;
  fontName: string;
}

interface Line {
  pieces: PdfPiece[];
  /** Of most of its text: height of the font, and where it stands. */
  size: number;
  baseline: number;
  isCode: boolean;
}

/** A gap wider than this many font heights separates columns, not words. */
const COLUMN_GAP = 2;
/** Lines further apart than this many font heights belong to different paragraphs. */
const PARAGRAPH_GAP = 1.6;

/**
 * The text of a page from its pieces: lines, paragraphs apart, exponents and indices as such, code with its indentation, and a
 * tab between columns. `isCode` says of a font that its letters are all equally wide.
 */
export function writeLines(pieces: readonly PdfPiece[], isCode: (fontName: string) => boolean): string {
  const lines = groupLines(pieces, isCode);
  const lefts = findLefts(lines);
  let text = "";
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    if (before) text += isApart(before, line) ? "\n\n" : "\n";
    text += (lefts[index] === null ? writeLine(line) : writeCode(line, lefts[index] ?? 0)).trimEnd();
  }
  return text.replace(/^\s*\n/, "").trimEnd();
}

const sizeOf = ({ transform }: PdfPiece): number => Math.hypot(transform[2] ?? 0, transform[3] ?? 0);
const xOf = ({ transform }: PdfPiece): number => transform[4] ?? 0;
const yOf = ({ transform }: PdfPiece): number => transform[5] ?? 0;
const isBlank = ({ str }: PdfPiece): boolean => str.trim() === "";
const isLevel = ({ transform }: PdfPiece): boolean => Math.abs(transform[1] ?? 0) < 0.01;

function groupLines(pieces: readonly PdfPiece[], isCode: (fontName: string) => boolean): Line[] {
  const lines: Line[] = [];
  let open: PdfPiece[] = [];
  const close = (): void => {
    if (open.some((piece) => !isBlank(piece))) lines.push(measureLine(open, isCode));
    open = [];
  };
  for (const piece of pieces) {
    if (piece.str !== "") open.push(piece);
    if (piece.hasEOL) close();
  }
  close();
  return lines;
}

function measureLine(pieces: PdfPiece[], isCode: (fontName: string) => boolean): Line {
  const written = pieces.filter((piece) => !isBlank(piece));
  const lengths = new Map<string, { length: number; piece: PdfPiece }>();
  for (const piece of written) {
    const key = `${sizeOf(piece).toFixed(1)} ${yOf(piece).toFixed(0)}`;
    const found = lengths.get(key);
    lengths.set(key, { length: (found?.length ?? 0) + piece.str.length, piece: found?.piece ?? piece });
  }
  // Of two that are equally long, the larger: an exponent is not what the number stands on.
  const [most] = [...lengths.values()].sort((a, b) => b.length - a.length || sizeOf(b.piece) - sizeOf(a.piece));
  return { pieces, size: most ? sizeOf(most.piece) : 0, baseline: most ? yOf(most.piece) : 0, isCode: written.every((piece) => isCode(piece.fontName) && isLevel(piece) && Math.abs(sizeOf(piece) - (most ? sizeOf(most.piece) : 0)) < 0.1) };
}

function isApart(before: Line, line: Line): boolean {
  return Math.abs(before.baseline - line.baseline) > PARAGRAPH_GAP * Math.max(before.size, line.size, 1);
}

/** Where the block of code that a line is in begins, from the left; null for a line that is none. */
function findLefts(lines: readonly Line[]): (number | null)[] {
  const lefts: (number | null)[] = lines.map(() => null);
  for (let start = 0; start < lines.length; start++) {
    if (!lines[start]?.isCode) continue;
    let end = start;
    while (lines[end + 1]?.isCode) end++;
    const left = Math.min(...lines.slice(start, end + 1).flatMap(({ pieces }) => pieces.filter((piece) => !isBlank(piece)).map(xOf)));
    lefts.fill(left, start, end + 1);
    start = end;
  }
  return lefts;
}

/** Each piece in its column. */
function writeCode({ pieces }: Line, left: number): string {
  const written = pieces.filter((piece) => !isBlank(piece));
  const widths = written.map(({ str, width }) => width / [...str].length).sort((a, b) => a - b);
  const width = widths[Math.floor(widths.length / 2)] ?? 0;
  let text = "";
  for (const piece of written) {
    const column = width > 0 ? Math.round((xOf(piece) - left) / width) : 0;
    text += " ".repeat(Math.max(0, Math.min(column, 1000) - [...text].length)) + piece.str;
  }
  return text;
}

function writeLine(line: Line): string {
  let text = "";
  let shifted: { kind: "sup" | "sub"; text: string } | null = null;
  const settle = (): void => {
    if (shifted) text += writeShifted(shifted.kind, shifted.text);
    shifted = null;
  };
  for (const [index, piece] of line.pieces.entries()) {
    const kind = findShift(piece, line);
    if (shifted && shifted.kind === kind) shifted.text += piece.str;
    else {
      settle();
      if (kind) shifted = { kind, text: piece.str };
      else text += isBlank(piece) && isColumnGap(line, index) ? "\t" : piece.str;
    }
  }
  settle();
  return text.trimStart();
}

function findShift(piece: PdfPiece, { size, baseline }: Line): "sup" | "sub" | null {
  if (isBlank(piece) || !isLevel(piece) || sizeOf(piece) > 0.86 * size) return null;
  const rise = yOf(piece) - baseline;
  if (rise > 0.12 * size) return "sup";
  return rise < -0.05 * size ? "sub" : null;
}

/** Between the pieces around a space, as the page has them. */
function isColumnGap({ pieces, size }: Line, index: number): boolean {
  const before = pieces[index - 1];
  const after = pieces[index + 1];
  return before !== undefined && after !== undefined && isLevel(before) && xOf(after) - xOf(before) - before.width > COLUMN_GAP * size;
}
