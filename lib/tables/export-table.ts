import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SqlSession } from "@/lib/steps/_sdk/step-runner";
import { FORMULA, inferTextTypes } from "./files/infer-text-types";
import { writeCell } from "./files/own-cells";
import { writeXlsx } from "./files/write-xlsx";
import { plainText } from "./cell-text";
import { quoteIdentifier } from "./quote-identifier";
import { quoteLiteral } from "./quote-literal";
import type { TableManifest } from "./table-manifest";
import { selectTable } from "./table-view";

export type ExportFormat = "parquet" | "jsonl" | "csv" | "xlsx";

export interface TableExport {
  format: ExportFormat;
  /** CSV: a byte order mark, and an apostrophe before text that a spreadsheet would run as a formula. */
  spreadsheetSafe: boolean;
  /** Absolute path in the data folder. */
  path: string;
}

/** Writes a stored table to a file, in row order, without Reverie's own columns. */
export async function exportTable(session: SqlSession, { dataFolder, manifest, ...options }: TableExport & { dataFolder: string; manifest: TableManifest }): Promise<void> {
  await exportRows(session, { ...options, from: `(${selectTable({ dataFolder, manifest })})`, names: manifest.columns.map(({ name }) => name) });
}

/** Writes `from`, a view or a bracketed query in row order, such that `loadSourceFile` reads the same rows again. Throws `export_too_large`. */
export async function exportRows(sql: SqlSession, { from, names, format, spreadsheetSafe, path }: TableExport & { from: string; names: readonly string[] }): Promise<void> {
  const listed = names.map((name) => quoteIdentifier(name)).join(", ");
  const described = await sql.query(`DESCRIBE SELECT ${listed} FROM ${from}`);
  const columns = described.map((row) => ({ name: String(row["column_name"]), type: String(row["column_type"]) }));
  if (format === "xlsx") {
    await writeXlsx(sql, { from, columns, path });
  } else if (format === "csv") {
    await writeCsv(sql, { from, columns, spreadsheetSafe, path });
  } else {
    // JSON has no bytes. NaN and the infinities are written as Python and DuckDB do, rather than lost.
    const selected = columns.map(({ name, type }) => (format === "jsonl" && type === "BLOB" ? `to_base64(${quoteIdentifier(name)}) AS ${quoteIdentifier(name)}` : quoteIdentifier(name)));
    const copy = format === "jsonl" ? "FORMAT json, ARRAY false" : "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440";
    await sql.run(`COPY (SELECT ${selected.join(", ")} FROM ${from}) TO ${quoteLiteral(path)} (${copy})`);
  }
}

interface CsvExport {
  from: string;
  columns: readonly { name: string; type: string }[];
  spreadsheetSafe: boolean;
  path: string;
}

const plain = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DOUBLE|FLOAT|BOOLEAN|DECIMAL.*|DATE|TIME|TIMESTAMP.*)$/;

async function writeCsv(sql: SqlSession, { from, columns, spreadsheetSafe, path }: CsvExport): Promise<void> {
  const formula = quoteLiteral(FORMULA);
  const cells = columns.map(({ name, type }) => {
    if (plain.test(type)) return quoteIdentifier(name);
    const text = csvCell(name, type);
    return spreadsheetSafe ? `CASE WHEN regexp_matches(${text}, ${formula}) THEN '''' || ${text} ELSE ${text} END` : text;
  });
  const names = columns.map(({ name }) => (spreadsheetSafe && new RegExp(FORMULA).test(name) ? `'${name}` : name));
  // A line of nothing is no row to anybody, so a column alone has empty text for null.
  const selected = cells.map((cell, index) => `${columns.length === 1 ? `coalesce(${cell}::VARCHAR, '')` : cell} AS c${index}`).join(", ");
  const quoted = await findToQuote(sql, { from, columns });
  const force = quoted.length > 0 ? `, FORCE_QUOTE (${quoted.map((index) => `c${index}`).join(", ")})` : "";
  const rows = `${path}.rows`;
  await sql.run(`COPY (SELECT ${selected} FROM ${from}) TO ${quoteLiteral(rows)} (FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"'${force})`);
  // Excel takes a CSV file without the mark for one in the encoding of the country.
  await pipeline(Readable.from(withHeader(`${spreadsheetSafe ? "\uFEFF" : ""}${names.map(quoteName).join(",")}\n`, rows)), createWriteStream(path));
  await rm(rows);
}

/** DuckDB would quote the names of all columns whose text it quotes, which would say that quotes mean nothing. */
function quoteName(name: string): string {
  return SPECIAL.test(name) || name === "" ? `"${name.replaceAll('"', '""')}"` : name;
}

const SPECIAL = /[",;|'#\\\t\r\n]|^\s|\s$/;

async function* withHeader(header: string, rows: string): AsyncGenerator<Buffer> {
  yield Buffer.from(header);
  yield* createReadStream(rows, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
}

/** A text within JSON is itself: as JSON it would have quotes within those of CSV. */
function csvCell(name: string, type: string): string {
  const text = writeCell(quoteIdentifier(name), type);
  return type === "JSON" ? plainText(text) : text;
}

/** Columns of text that would be read back as something else, or as several: quotes say that they are text. */
async function findToQuote(sql: SqlSession, { from, columns }: Pick<CsvExport, "from" | "columns">): Promise<number[]> {
  const texts = columns.flatMap(({ name, type }, index) => (plain.test(type) ? [] : [{ index, cell: csvCell(name, type) }]));
  if (texts.length === 0) return [];
  const cells = `(SELECT ${texts.map(({ cell }, place) => `${cell} AS c${place}`).join(", ")} FROM ${from})`;
  const inferred = await inferTextTypes(sql, cells, texts.map(() => false));
  const [found] = await sql.query(`SELECT ${texts.map((_, place) => `bool_or(regexp_matches(c${place}, '[;|\t]')) AS has${place}`).join(", ")} FROM ${cells}`);
  return texts.flatMap(({ index }, place) => (inferred[place]?.type === "VARCHAR" && found?.[`has${place}`] !== true ? [] : [index]));
}
