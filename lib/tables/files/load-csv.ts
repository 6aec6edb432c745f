import { AppError } from "@/lib/core/app-error";
import { describeColumn } from "../column-type";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { type CleanCsv, cleanCsv } from "./clean-csv";
import { FORMULA, type InferredColumn, inferTextTypes } from "./infer-text-types";
import type { TextSource } from "./open-text";
import { type SniffedCsv, sniffCsv } from "./sniff-csv";
import type { SourceContext, SourceNote, SourceOptions, SourceTable } from "./source-file";

/** Loads comma- or otherwise separated values. Bad records are set aside; what DuckDB then reads has none. */
export async function loadCsv(context: SourceContext, text: TextSource, options: SourceOptions, format: "csv" | "tsv"): Promise<SourceTable> {
  const sniffed = await sniffCsv(text, options, format);
  const { cleaned, used } = await cleanWell(context, text, options, sniffed);
  if (cleaned.names.length === 0 && cleaned.failed === 0) throw new AppError("file_empty", { name: text.file.name });
  const read = readClean(cleaned);
  const inferred = await inferTextTypes(context.sql, read, cleaned.names.map((_, index) => options.allText || (cleaned.isText[index] ?? false)));
  const columns = cleaned.names.map((name, index) => ({ name, type: inferred[index]?.type ?? "VARCHAR" }));
  // An apostrophe in a file that no spreadsheet was meant to open is text.
  const isGuarded = text.hasMark && !options.allText;
  const selected = columns.map(({ name, type }, index) => `${selectValue(`c${index}`, type, isGuarded && (inferred[index]?.guarded ?? 0) > 0)} AS ${quoteIdentifier(name)}`);
  return {
    query: `SELECT ${selected.join(", ")} FROM ${read}`,
    columns: columns.map(({ name, type }) => describeColumn(name, type)),
    rows: cleaned.rows,
    failures: cleaned.failures,
    notes: [...text.notes, ...noteCsv(options, used, cleaned, inferred, isGuarded)],
  };
}

/** Quotes of which the sample had none that only break far below it are taken for what they are: signs like others. */
async function cleanWell(context: SourceContext, text: TextSource, options: SourceOptions, sniffed: SniffedCsv): Promise<{ cleaned: CleanCsv; used: SniffedCsv }> {
  const first = await cleanCsv(context, text, options, sniffed);
  if (options.quote !== "auto" || sniffed.dialect.quote < 0 || first.broken === 0) return { cleaned: first, used: sniffed };
  const others = [...(sniffed.dialect.hasBackslash ? [] : [{ hasBackslash: true }]), ...(sniffed.hasQuoted ? [] : [{ quote: -1, hasBackslash: false }])].map((change): SniffedCsv => ({ ...sniffed, dialect: { ...sniffed.dialect, ...change } }));
  let best = { failed: first.failed, sniffed };
  for (const other of others) {
    const { failed } = await cleanCsv(context, text, options, other);
    if (failed < best.failed) best = { failed, sniffed: other };
  }
  return { cleaned: await cleanCsv(context, text, options, best.sniffed), used: best.sniffed };
}

function selectValue(value: string, type: string, isGuarded: boolean): string {
  if (type !== "VARCHAR") return `nullif(${value}, '')::${type}`;
  if (!isGuarded) return value;
  return `CASE WHEN starts_with(${value}, '''') AND regexp_matches(${value}, ${quoteLiteral(FORMULA)}) THEN ${value}[2:] ELSE ${value} END`;
}

function readClean({ path, dialect, names, longest, hasLineBreaks }: CleanCsv): string {
  const quote = dialect.quote < 0 ? "''" : quoteLiteral(String.fromCharCode(dialect.quote));
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

function noteCsv(options: SourceOptions, { dialect, hasHeader, titles }: SniffedCsv, { titles: above, names }: CleanCsv, inferred: readonly InferredColumn[], isGuarded: boolean): SourceNote[] {
  const notes: SourceNote[] = [];
  const add = (code: string, data: SourceNote["data"], param: string | null): void => void notes.push({ code, data, param });
  const delimiter = { 9: "tab", 44: "comma", 59: "semicolon", 124: "bar" }[dialect.delimiter];
  if (options.delimiter === "" && delimiter !== undefined && names.length > 1 && dialect.delimiter !== 44) add("delimiter", { delimiter }, "delimiter");
  if (dialect.skipsSpace) add("spaces_taken_off", {}, "delimiter");
  if (options.quote === "auto" && dialect.quote < 0) add("quotes_are_text", {}, "quote");
  if (options.quote === "auto" && dialect.hasBackslash) add("quotes_escaped", {}, "quote");
  if (options.header === "auto") add(hasHeader ? "header_taken" : "header_made", hasHeader ? { names: names.slice(0, 3).join(", ") } : {}, "header");
  if (options.headerRow === 0 && titles > 0) add("titles_left_out", { count: titles, first: (above[0] ?? "").slice(0, 80) }, "headerRow");
  const kept = names.filter((_, index) => inferred[index]?.looksNumeric);
  if (kept.length > 0) add("numbers_kept_as_text", { count: kept.length, columns: kept.slice(0, 3).join(", ") }, null);
  const guarded = inferred.reduce((sum, column) => sum + column.guarded, 0);
  if (guarded > 0 && isGuarded) add("guards_taken_off", { count: guarded }, "allText");
  return notes;
}
