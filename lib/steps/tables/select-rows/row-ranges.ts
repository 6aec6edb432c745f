/** Rows from one to another, both among them; backwards where the second is smaller. Negative numbers count from the end: -1 is the last. */
export interface RowRange {
  from: number;
  to: number;
}

const RANGE = /^(-?\d{1,15})(?:\s*-\s*(-?\d{1,15}))?$/;

/** Row numbers and ranges as a person types them, “0-9, 15, -1”, in their order. Gives the first part that is neither. */
export function parseRowRanges(text: string): { ranges: RowRange[] } | { wrong: string } {
  const ranges: RowRange[] = [];
  for (const part of text.split(/[,;\n]/).map((piece) => piece.trim()).filter((piece) => piece !== "")) {
    const [, from, to] = RANGE.exec(part) ?? [];
    if (from === undefined) return { wrong: part };
    ranges.push({ from: Number(from), to: Number(to ?? from) });
  }
  return { ranges };
}

export interface ChosenRows {
  /** Within the table; never empty. */
  ranges: RowRange[];
  /** What was asked for and is not there, as row numbers. */
  missing: string[];
  /** Whether a row is asked for twice. */
  repeats: boolean;
}

const describe = (from: number, to: number): string => (from === to ? String(from) : `${String(from)}-${String(to)}`);

/** The ranges as they are in a table of so many rows. */
export function resolveRowRanges(ranges: readonly RowRange[], rows: number): ChosenRows {
  const chosen: RowRange[] = [];
  const missing: string[] = [];
  for (const range of ranges) {
    const from = range.from < 0 ? range.from + rows : range.from;
    const to = range.to < 0 ? range.to + rows : range.to;
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    if (low < 0) missing.push(describe(low, Math.min(high, -1)));
    if (high >= rows) missing.push(describe(Math.max(low, rows), high));
    const [start, end] = [Math.max(low, 0), Math.min(high, rows - 1)];
    if (start <= end) chosen.push(from <= to ? { from: start, to: end } : { from: end, to: start });
  }
  return { ranges: chosen, missing, repeats: hasRepeats(chosen) };
}

function hasRepeats(ranges: readonly RowRange[]): boolean {
  const sorted = ranges.map(({ from, to }) => [Math.min(from, to), Math.max(from, to)] as const).sort((a, b) => a[0] - b[0]);
  return sorted.some(([low], index) => index > 0 && low <= (sorted[index - 1]?.[1] ?? -1));
}
