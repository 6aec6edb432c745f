import { join } from "node:path";
import type { ErrorData } from "@/lib/core/app-error";
import type { ErrorCode } from "@/lib/core/error-catalogue";
import { BufferedFile } from "./buffered-file";
import { type CsvDialect, type CsvRecord, CsvScanner, decodeRecord, decodeValue, isQuotedAt } from "./csv-scanner";
import { FailureLog } from "./failure-log";
import { FORMULA } from "./infer-text-types";
import { nameColumns } from "./name-columns";
import type { TextSource } from "./open-text";
import type { SniffedCsv } from "./sniff-csv";
import { MAX_LINE_WORDS, type SourceContext, type SourceOptions } from "./source-file";

/** A CSV file without its bad records, its header and what stands above it, as DuckDB reads it. */
export interface CleanCsv {
  path: string;
  dialect: CsvDialect;
  names: string[];
  /** Text above the table. */
  titles: string[];
  /** By column: its values are in quotes although the file puts none around numbers, so they are text. */
  isText: boolean[];
  rows: number;
  failed: number;
  /** Failures that come from quotes. */
  broken: number;
  failures: string | null;
  longest: number;
  hasLineBreaks: boolean;
}

const LINE_END = Buffer.from("\n");
/** DuckDB takes a mark off the start of a file, so one that a value begins with needs another before it. */
const MARK = Buffer.from("\uFEFF");

export async function cleanCsv({ scratch, signal }: SourceContext, text: TextSource, options: SourceOptions, sniffed: SniffedCsv): Promise<CleanCsv> {
  const path = join(scratch, "rows.csv");
  const clean = await BufferedFile.create(path);
  clean.add(MARK);
  const log = new FailureLog(join(scratch, "failures.jsonl"));
  const cleaner = new Cleaner(clean, log, text, options, sniffed);
  const scanner = new CsvScanner(sniffed.dialect);
  const take = async (records: CsvRecord[]): Promise<void> => {
    signal?.throwIfAborted();
    for (const record of records) await cleaner.take(record);
    await clean.drain();
  };
  for await (const chunk of text.chunks()) await take(scanner.push(chunk));
  await take(scanner.end());
  await clean.close();
  const { names, titles, quoted, usesQuotesForText, rows, broken, longest, hasLineBreaks } = cleaner;
  return {
    path,
    dialect: { ...sniffed.dialect, hasBackslash: false },
    names,
    titles,
    isText: quoted.map((has) => has && usesQuotesForText),
    rows,
    failed: log.count,
    broken,
    failures: await log.close(),
    longest,
    hasLineBreaks,
  };
}

class Cleaner {
  names: string[] = [];
  titles: string[] = [];
  quoted: boolean[];
  /** A value without quotes is in the file: quotes are not put around everything. */
  usesQuotesForText = false;
  rows = 0;
  broken = 0;
  longest = 0;
  hasLineBreaks = false;
  private seen = 0;

  constructor(
    private readonly clean: BufferedFile,
    private readonly log: FailureLog,
    private readonly text: TextSource,
    private readonly options: SourceOptions,
    private readonly sniffed: SniffedCsv,
  ) {
    this.quoted = Array.from({ length: sniffed.width }, () => false);
  }

  async take(record: CsvRecord): Promise<void> {
    const { titles, width, hasHeader } = this.sniffed;
    const place = this.seen++;
    if (place < titles) {
      if (record.bytes) this.titles.push(record.bytes.toString("utf8").slice(0, 200));
      return;
    }
    if (place === titles) {
      this.names = nameColumns(hasHeader ? this.takeHeader(record) : Array.from({ length: width }, () => ""));
      if (hasHeader) return;
    }
    const problem = this.findProblem(record);
    if (problem) return this.log.add(...problem, this.rows);
    this.write(record);
  }

  private takeHeader(record: CsvRecord): string[] {
    const { dialect, width, unnamed } = this.sniffed;
    const names = [...Array.from({ length: unnamed }, () => ""), ...decodeRecord(record, dialect)].slice(0, width);
    while (names.length < width) names.push("");
    let start = 0;
    const delimiter = String.fromCharCode(dialect.delimiter);
    for (const [index, end] of record.ends.entries()) {
      const name = names[index + unnamed] ?? "";
      // A name that had to be quoted says nothing about the others.
      const isNeeded = name.includes(delimiter) || /["'\n\r#]|^\s|\s$/.test(name);
      if (end > start && (isNeeded || !isQuotedAt(record, start, dialect))) this.usesQuotesForText = true;
      start = end + 1;
    }
    const isGuard = (name: string): boolean => this.text.hasMark && !this.options.allText && name.startsWith("'") && new RegExp(FORMULA).test(name);
    return names.map((name) => (isGuard(name) ? name.slice(1) : name));
  }

  private findProblem({ line, bytes, ends, broken }: CsvRecord): [ErrorCode, ErrorData] | null {
    const { file, encoding } = this.text;
    const name = file.name;
    if (bytes === null) return ["file_line_too_long", { line, name, limit: MAX_LINE_WORDS }];
    if (!this.text.isSound(bytes)) return ["file_encoding", { line, name, encoding }];
    if (broken) {
      this.broken++;
      return ["file_quote", { line, name }];
    }
    if (ends.length !== this.sniffed.width && this.options.onBadRow === "fail") return ["file_ragged", { line, name, found: ends.length, expected: this.sniffed.width }];
    return null;
  }

  private write(record: CsvRecord): void {
    const { dialect, width } = this.sniffed;
    let start = 0;
    for (const [index, end] of record.ends.entries()) {
      // Two quotes alone are nothing, not text.
      if (isQuotedAt(record, start, dialect)) this.quoted[index] ||= end - start > 2;
      else if (end > start) this.usesQuotesForText = true;
      start = end + 1;
    }
    const isPlain = record.ends.length === width && !record.hasBareQuote && !dialect.hasBackslash;
    const written = isPlain && record.bytes ? record.bytes : rewrite(record, dialect, width);
    this.clean.add(written);
    this.clean.add(LINE_END);
    this.rows++;
    this.longest = Math.max(this.longest, written.length);
    this.hasLineBreaks ||= record.hasLineBreak;
  }
}

/** The record with exactly the values expected, those with a quote in them put in quotes of the plain kind. */
function rewrite(record: CsvRecord, dialect: CsvDialect, expected: number): Buffer {
  const mark = dialect.quote < 0 ? null : String.fromCharCode(dialect.quote);
  const bytes = record.bytes ?? Buffer.alloc(0);
  let start = 0;
  const values = record.ends.slice(0, expected).map((end) => {
    const raw = bytes.toString("utf8", start, end);
    start = end + 1;
    if (mark === null || !raw.includes(mark)) return raw;
    return mark + decodeValue(raw, dialect).replaceAll(mark, mark + mark) + mark;
  });
  while (values.length < expected) values.push("");
  return Buffer.from(values.join(String.fromCharCode(dialect.delimiter)));
}
