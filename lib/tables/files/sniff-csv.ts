import { type CsvDialect, type CsvRecord, CsvScanner, decodeRecord, isQuotedAt } from "./csv-scanner";
import type { TextSource } from "./open-text";
import type { SourceOptions } from "./source-file";
import { toHeadCell, weighHeader } from "./weigh-header";

const SAMPLE_RECORDS = 1000;
const MAX_TITLE_LINES = 20;
const DOUBLE = 34;
const SINGLE = 39;

const quotes = {
  double: [{ quote: DOUBLE, hasBackslash: false }, { quote: DOUBLE, hasBackslash: true }],
  single: [{ quote: SINGLE, hasBackslash: false }, { quote: SINGLE, hasBackslash: true }],
  none: [{ quote: -1, hasBackslash: false }],
  auto: [{ quote: DOUBLE, hasBackslash: false }, { quote: DOUBLE, hasBackslash: true }, { quote: -1, hasBackslash: false }],
} as const;

export interface SniffedCsv {
  dialect: CsvDialect;
  /** Values in quotes are in the sample, so that quotes are what they seem. */
  hasQuoted: boolean;
  hasHeader: boolean;
  /** Records above the table. */
  titles: number;
  /** Values of a record. */
  width: number;
  /** Cells without a name before the header's own: rows that begin with their names, as R writes them. */
  unnamed: number;
}

/** Finds out what the options leave open, from the first megabyte. Of several readings it takes the one that loses nothing. */
export async function sniffCsv(text: TextSource, options: SourceOptions, format: "csv" | "tsv"): Promise<SniffedCsv> {
  const sample = await text.sample();
  const delimiters = options.delimiter !== "" ? [options.delimiter.charCodeAt(0)] : format === "tsv" ? [9] : [44, 59, 9, 124];
  const tries = delimiters.flatMap((delimiter) =>
    quotes[options.quote].flatMap((quote) => {
      const dialect = { delimiter, ...quote, skipsSpace: false };
      const plain = tryDialect(sample, dialect, options);
      // Who sets the delimiter means it as it is.
      return options.delimiter === "" && delimiter !== TAB && isSpaced(plain) ? [tryDialect(sample, { ...dialect, skipsSpace: true }, options), plain] : [plain];
    }),
  );
  const [best] = tries.sort((a, b) => b.rank - a.rank || b.agreeing - a.agreeing || shareTyped(b) - shareTyped(a) || b.width - a.width);
  if (!best) throw new Error("no dialect was tried");
  const rows = best.records.slice(best.titles).map((record) => decodeRecord(record, best.dialect));
  const unnamed = countUnnamed(rows, best.width);
  const hasHeader = options.header === "auto" ? (rows[0] ?? []).length > 0 && isNamed(rows, best.width, unnamed) : options.header === "yes";
  return { dialect: best.dialect, hasQuoted: best.hasQuoted, hasHeader, titles: best.titles, width: best.width, unnamed: hasHeader ? unnamed : 0 };
}

const TAB = 9;
const SPACE = 32;

/** Whether a space follows each delimiter, as people write lists. */
function isSpaced({ records }: Try): boolean {
  const values = records.flatMap(({ bytes, ends }) => ends.slice(0, -1).map((end, index) => ({ next: bytes?.[end + 1], isEmpty: ends[index + 1] === end + 1 })));
  const filled = values.filter(({ isEmpty }) => !isEmpty);
  return filled.length > 0 && filled.every(({ next }) => next === SPACE);
}

/** A number as countries with a decimal comma write it. */
const COMMA_NUMBER = /^[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+$/;
const LOOKED_AT = 100;

/**
 * How many of the first cells are numbers or dates. Of two ways to cut each line into as many values, that is the right one
 * which leaves more of them whole: `2024-01-01;0,5` has its values between semicolons.
 */
function shareTyped({ records, titles, dialect }: Try): number {
  const cells = records.slice(titles, titles + LOOKED_AT).flatMap((record) => decodeRecord(record, dialect));
  const isTyped = (text: string): boolean => COMMA_NUMBER.test(text.trim()) || ["number", "date", "boolean"].includes(toHeadCell(text).kind);
  return cells.filter(isTyped).length / Math.max(1, cells.length);
}

/** A last column of nothing is a comma too many at the end of each row, no name that is missing at the beginning. */
function countUnnamed([first = [], ...body]: readonly string[][], width: number): number {
  const lacks = Math.max(0, width - first.length);
  return body.some((row) => (row[width - 1] ?? "") !== "") ? lacks : 0;
}

function isNamed([first = [], ...body]: readonly string[][], width: number, unnamed: number): boolean {
  const names = [...Array.from({ length: unnamed }, () => ""), ...first, ...Array.from({ length: width }, () => "")].slice(0, width);
  const weight = weighHeader([names, ...body.filter((row) => row.length === width)].map((row) => row.map(toHeadCell)));
  // By custom a table has names; a list of texts has none.
  return weight > 0 || (weight === 0 && width > 1);
}

interface Try {
  dialect: CsvDialect;
  records: CsvRecord[];
  titles: number;
  width: number;
  hasQuoted: boolean;
  /** Share of the records that have the width. */
  agreeing: number;
  /** How good the reading is, best first: see `rankTry`. */
  rank: number;
}

function tryDialect(sample: { bytes: Buffer; isWhole: boolean }, dialect: CsvDialect, options: SourceOptions): Try {
  const scanner = new CsvScanner(dialect);
  const all = scanner.push(sample.bytes);
  // A sample cut off in the middle ends with a piece of a record, which says nothing.
  const records = (sample.isWhole ? [...all, ...scanner.end()] : all).slice(0, SAMPLE_RECORDS);
  const titles = options.headerRow > 0 ? records.filter(({ line }) => line < options.headerRow).length : countTitles(records, dialect);
  const table = records.slice(titles);
  const width = tableWidth(table, dialect);
  const [first, ...body] = table;
  const lost = body.filter(({ ends, broken }) => broken || ends.length !== width).length + (first?.broken ? 1 : 0);
  const hasQuoted = records.some((record) => !record.broken && [0, ...record.ends.slice(0, -1).map((end) => end + 1)].some((start) => isQuotedAt(record, start, dialect)));
  const agreeing = table.length === 0 ? 0 : 1 - lost / table.length;
  return { dialect, records, titles, width, hasQuoted, agreeing, rank: rankTry({ dialect, width, titles, hasQuoted, agreeing, isFirstWhole: first?.ends.length === width }) };
}

function rankTry({ dialect, width, titles, hasQuoted, agreeing, isFirstWhole }: Pick<Try, "dialect" | "width" | "titles" | "hasQuoted" | "agreeing"> & { isFirstWhole: boolean }): number {
  const isClean = agreeing === 1;
  const hasQuotes = dialect.quote >= 0;
  // A backslash escapes only where nothing else reads the file.
  const plain = dialect.hasBackslash ? 0 : 0.1;
  // A header that lacks a name is possible; one that lacks none is likelier.
  if (isClean && width > 1 && titles === 0) return (hasQuotes ? 8 : 6) - (isFirstWhole ? 0 : 0.5) + plain;
  if (isClean && width === 1 && hasQuotes && hasQuoted) return 7 + plain;
  if (isClean && width > 1) return (hasQuotes ? 5 : 4.5) + plain;
  if (width > 1 && isFirstWhole && agreeing >= 0.5) return 3 + (hasQuotes ? 0.2 : 0) + agreeing + plain / 10;
  if (isClean) return 3 + plain;
  return agreeing + plain / 10;
}

/** The commonest number of values, if most records have it; else that of the first. Two values are more than none. */
function tableWidth(table: readonly CsvRecord[], dialect: CsvDialect): number {
  const [first, ...body] = table;
  if (!first) return 0;
  const counts = new Map<number, number>();
  for (const { ends } of body) counts.set(ends.length, (counts.get(ends.length) ?? 0) + 1);
  const [width = first.ends.length, count = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (count <= body.length / 2 || width === first.ends.length) return first.ends.length;
  // A header with empty names too many at its end, or one that leaves out the name of the rows.
  const isLonger = width < first.ends.length && decodeRecord(first, dialect).slice(width).every((name) => name.trim() === "");
  // One name over two values is more often a list of texts with commas in them.
  const isShorter = width === first.ends.length + 1 && (first.ends.length > 1 || hasTypes(body, dialect));
  return isLonger || isShorter ? width : first.ends.length;
}

function hasTypes(body: readonly CsvRecord[], dialect: CsvDialect): boolean {
  return body.length > 0 && body.every((record) => ["number", "date", "empty"].includes(toHeadCell(decodeRecord(record, dialect).at(-1) ?? "").kind));
}

/**
 * Lines above a table: single values over rows that all have several, set off by a blank line or by what is below them being
 * a header with its table.
 */
function countTitles(records: readonly CsvRecord[], dialect: CsvDialect): number {
  const isTitle = (record: CsvRecord | undefined): boolean => {
    if (!record) return false;
    const values = decodeRecord(record, dialect);
    // Spreadsheets pad a title to the width of the table.
    return values.length === 1 || (values.length > 2 && (values[0] ?? "").trim() !== "" && values.slice(1).every((value) => value.trim() === "")) || (values.length > 2 && values.every((value) => value.trim() === ""));
  };
  // How Excel is told a delimiter.
  if (/^"?sep=.{0,3}$/i.test(records[0]?.bytes?.toString("utf8", 0, 12) ?? "")) return 1;
  let titles = 0;
  while (titles < MAX_TITLE_LINES && isTitle(records[titles])) titles++;
  const [header, ...body] = records.slice(titles);
  if (titles === 0 || titles === MAX_TITLE_LINES || !header || body.length === 0) return 0;
  const width = header.ends.length;
  if (width < 2 || body.some((record) => record.ends.length !== width || record.broken || isTitle(record))) return 0;
  const last = records[titles - 1];
  const isSetOff = last !== undefined && (header.line > last.line + 1 + countBreaks(last) || decodeRecord(last, dialect).every((value) => value.trim() === ""));
  return isSetOff || weighHeader([header, ...body].map((record) => decodeRecord(record, dialect).map(toHeadCell))) >= 3 ? titles : 0;
}

function countBreaks({ bytes }: CsvRecord): number {
  return bytes?.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0) ?? 0;
}
