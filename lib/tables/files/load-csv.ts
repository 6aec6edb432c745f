import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import type { Column } from "@/lib/steps/_sdk/columns";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { BufferedFile } from "./buffered-file";
import {
  type CsvDialect,
  type CsvRecord,
  CsvScanner,
  decodeRecord,
} from "./csv-scanner";
import { FailureLog } from "./failure-log";
import { inferTextTypes } from "./infer-text-types";
import { nameColumns } from "./name-columns";
import { readUtf8 } from "./read-utf8";
import { type SniffedCsv, sniffCsv } from "./sniff-csv";
import {
  MAX_LINE_WORDS,
  type SourceContext,
  type SourceFile,
  type SourceOptions,
  type SourceTable,
} from "./source-file";

/** Loads comma- or otherwise separated values. Bad records are set aside; what DuckDB then reads has none. */
export async function loadCsv(
  context: SourceContext,
  file: SourceFile,
  options: SourceOptions,
  format: "csv" | "tsv",
): Promise<SourceTable> {
  const sniffed = await sniffCsv(file, options, format);
  let cleaned = await cleanCsv(context, file, options, sniffed);
  // Quotes that only break far below the sample: an automatic choice is taken back.
  if (
    options.quote === "auto" &&
    sniffed.dialect.quote >= 0 &&
    cleaned.broken > 0
  ) {
    const plain = { ...sniffed, dialect: { ...sniffed.dialect, quote: -1 } };
    const again = await cleanCsv(context, file, options, plain);
    cleaned =
      again.failed < cleaned.failed
        ? again
        : await cleanCsv(context, file, options, sniffed);
  }
  if (cleaned.rows === 0 && cleaned.failed === 0 && cleaned.names.length === 0)
    throw new AppError("file_empty", { name: file.name });
  const read = readClean(cleaned);
  const types = options.allText
    ? cleaned.names.map(() => "VARCHAR" as const)
    : await inferTextTypes(context.sql, read, cleaned.names.length);
  const selected = cleaned.names.map((name, index) => {
    const value =
      types[index] === "VARCHAR"
        ? `c${index}`
        : `c${index}::${types[index] ?? "VARCHAR"}`;
    return `${value} AS ${quoteIdentifier(name)}`;
  });
  const columns = cleaned.names.map((name, index): Column => ({
    name,
    type: columnTypes[types[index] ?? "VARCHAR"],
  }));
  return {
    query: `SELECT ${selected.join(", ")} FROM ${read}`,
    columns,
    rows: cleaned.rows,
    failures: cleaned.failures,
  };
}

const columnTypes = {
  VARCHAR: "text",
  BIGINT: "integer",
  DOUBLE: "number",
  BOOLEAN: "boolean",
} as const;

interface CleanCsv {
  path: string;
  dialect: CsvDialect;
  names: string[];
  rows: number;
  failed: number;
  /** Failures that come from quotes. */
  broken: number;
  failures: string | null;
  longest: number;
  hasLineBreaks: boolean;
}

async function cleanCsv(
  { scratch, signal }: SourceContext,
  file: SourceFile,
  options: SourceOptions,
  { dialect, hasHeader }: SniffedCsv,
): Promise<CleanCsv> {
  const path = join(scratch, "rows.csv");
  const clean = await BufferedFile.create(path);
  const log = new FailureLog(join(scratch, "failures.jsonl"));
  const result: CleanCsv = {
    path,
    dialect,
    names: [],
    rows: 0,
    failed: 0,
    broken: 0,
    failures: null,
    longest: 0,
    hasLineBreaks: false,
  };
  const scanner = new CsvScanner(dialect);
  let expected = 0;
  const take = async (records: CsvRecord[]): Promise<void> => {
    signal?.throwIfAborted();
    for (const record of records) {
      if (record.bytes && !isUtf8(record.bytes))
        throw new AppError("file_encoding", {
          name: file.name,
          offset: record.offset,
        });
      if (expected === 0 && record.bytes) {
        expected = record.ends.length;
        result.names = nameColumns(
          hasHeader ? decodeRecord(record, dialect) : record.ends.map(() => ""),
        );
        if (hasHeader) continue;
      }
      await takeRecord(record, { clean, log, result, expected, file, options });
    }
    await clean.drain();
  };
  for await (const chunk of readUtf8(file.path, options.encoding))
    await take(scanner.push(chunk));
  await take(scanner.end());
  await clean.close();
  return { ...result, failed: log.count, failures: await log.close() };
}

interface Cleaning {
  clean: BufferedFile;
  log: FailureLog;
  result: CleanCsv;
  expected: number;
  file: SourceFile;
  options: SourceOptions;
}

async function takeRecord(
  record: CsvRecord,
  { clean, log, result, expected, file, options }: Cleaning,
): Promise<void> {
  const { line, bytes, ends } = record;
  const name = file.name;
  if (bytes === null)
    return log.add(
      "file_line_too_long",
      { line, name, limit: MAX_LINE_WORDS },
      result.rows,
    );
  if (record.broken) {
    result.broken++;
    return log.add("file_quote", { line, name }, result.rows);
  }
  const differs = ends.length !== expected;
  if (differs && options.onBadRow === "fail")
    return log.add(
      "file_ragged",
      { line, name, found: ends.length, expected },
      result.rows,
    );
  const written =
    differs || record.hasBareQuote
      ? rewrite(record, result.dialect, expected)
      : bytes;
  clean.add(written);
  clean.add(LINE_END);
  result.rows++;
  result.longest = Math.max(result.longest, written.length);
  result.hasLineBreaks ||= record.hasLineBreak;
}

const LINE_END = Buffer.from("\n");

/** The record with exactly the values expected, those with a stray quote put in quotes. */
function rewrite(
  record: CsvRecord,
  { delimiter, quote }: CsvDialect,
  expected: number,
): Buffer {
  const mark = quote < 0 ? null : String.fromCharCode(quote);
  const bytes = record.bytes ?? Buffer.alloc(0);
  let start = 0;
  const values = record.ends.slice(0, expected).map((end) => {
    const raw = bytes.toString("utf8", start, end);
    start = end + 1;
    return mark !== null && raw.includes(mark) && !raw.startsWith(mark)
      ? mark + raw.replaceAll(mark, mark + mark) + mark
      : raw;
  });
  while (values.length < expected) values.push("");
  return Buffer.from(values.join(String.fromCharCode(delimiter)));
}

function readClean({
  path,
  dialect,
  names,
  longest,
  hasLineBreaks,
}: CleanCsv): string {
  const quote =
    dialect.quote < 0 ? "''" : quoteLiteral(String.fromCharCode(dialect.quote));
  const columns = names.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const lineSize = Math.max(2_097_152, longest + 2);
  const options = [
    "auto_detect = false",
    "header = false",
    `delim = ${quoteLiteral(String.fromCharCode(dialect.delimiter))}`,
    `quote = ${quote}`,
    `escape = ${quote}`,
    "new_line = '\\n'",
    "nullstr = ''",
    "allow_quoted_nulls = false",
    `max_line_size = ${lineSize}`,
    `buffer_size = ${Math.max(32_000_000, lineSize * 2)}`,
    `columns = {${columns}}`,
    // Whether a line break is within quotes cannot be told from the middle of a file.
    ...(hasLineBreaks ? ["parallel = false"] : []),
  ];
  return `read_csv(${quoteLiteral(path)}, ${options.join(", ")})`;
}
