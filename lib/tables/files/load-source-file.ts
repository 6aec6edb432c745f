import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { TableContext } from "@/lib/steps/_sdk/step-runner";
import { describeColumn } from "../column-type";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { refuseBinary, refuseForeign } from "./foreign-files";
import { loadCsv } from "./load-csv";
import { loadJson, loadJsonLines } from "./load-json";
import { loadSavedDataset } from "./load-saved-dataset";
import { loadText } from "./load-text";
import { loadXlsx } from "./load-xlsx";
import { nameColumns } from "./name-columns";
import { openText, readStart } from "./open-text";
import { scanJson } from "./scan-json";
import type {
  FileFormat,
  SourceContext,
  SourceFile,
  SourceOptions,
  SourceTable,
} from "./source-file";
import { unpackFile, unpackMember } from "./unpack-file";
import { isXlsx } from "./xlsx-workbook";
import { IN0 } from "@/lib/steps/_sdk/own-columns";
import { openZip, type ZipArchive, type ZipMember } from "./zip-archive";

/**
 * Makes a file ready for DuckDB, streaming it once into `scratch`. Rows that cannot be read are set aside with line and
 * reason. Throws `file_empty`, `file_unreadable`, `file_json_shape`, `file_old_format`, `file_protected`, and of an archive
 * `zip_unsafe`, `file_too_large`, `sheet_missing`, `split_missing`.
 */
export async function loadSourceFile(context: SourceContext, file: SourceFile, options: SourceOptions): Promise<SourceTable> {
  if ((await stat(file.path)).size === 0) throw new AppError("file_empty", { name: file.name });
  const unpacked = await unpackFile(context, file);
  if ((await stat(unpacked.path)).size === 0) throw new AppError("file_empty", { name: file.name });
  const isTextWanted = options.format !== "auto" || byEnding[extname(unpacked.name).toLowerCase()] === "text";
  refuseForeign(await readStart(unpacked.path, 600), file.name, isTextWanted);
  const format = options.format === "auto" ? await guessFormat(unpacked) : options.format;
  const isArchive = format === "xlsx" || format === "saved-dataset" || format === "archive" || (await startsLikeZip(unpacked));
  return isArchive ? loadArchive(context, unpacked, options) : loadPlain(context, unpacked, options, format);
}

async function loadPlain(context: SourceContext, file: SourceFile, options: SourceOptions, format: Exclude<FileFormat, "xlsx" | "saved-dataset">): Promise<SourceTable> {
  if (format === "parquet") return loadParquet(context, file);
  const text = await openText(file, options.encoding);
  refuseBinary((await text.sample()).bytes, file.name);
  if (format === "csv" || format === "tsv") return loadCsv(context, text, options, format);
  if (format === "text") return loadText(context, text);
  return format === "jsonl" ? loadJsonLines(context, text, options) : loadJson(context, text, options);
}

/** Emits a loaded file as the step's output, and its bad rows as failed. */
export async function emitSourceTable(
  {
    emit,
    fail,
    note,
    rowLimit,
  }: Pick<TableContext<unknown>, "emit" | "fail" | "note" | "rowLimit">,
  table: SourceTable,
): Promise<void> {
  await emit(
    "output",
    rowLimit === null
      ? table.query
      : `SELECT * FROM (${table.query}) LIMIT ${Math.trunc(rowLimit)}`,
  );
  note(table.notes ?? []);
  if (table.failures === null) return;
  const read = `read_json(${quoteLiteral(table.failures)}, format = 'newline_delimited', columns = {code: 'VARCHAR', data: 'JSON', before: 'BIGINT'})`;
  await fail(
    `SELECT NULL::BIGINT AS ${IN0}, code, data::VARCHAR AS data FROM ${read} WHERE before < ?`,
    [rowLimit ?? table.rows + 1],
  );
}

/** An Excel workbook, a packed folder and a packed table are all archives; what is in it says which. */
async function loadArchive(context: SourceContext, file: SourceFile, options: SourceOptions): Promise<SourceTable> {
  const archive = await openZip(file);
  try {
    if (isXlsx(archive)) return await loadXlsx(context, archive, file, options);
    if (isOpenDocument(archive)) throw new AppError("file_old_format", { name: file.name, format: "a format of LibreOffice (OpenDocument)", wanted: "a workbook (.xlsx)" });
    const only = findOnlyTable(archive);
    if (!only) return await loadSavedDataset(context, archive, file, options.split);
    const unpacked = await unpackMember(context, only, file);
    const format = options.format === "auto" || options.format === "xlsx" || options.format === "saved-dataset" ? await guessFormat(unpacked) : options.format;
    if (format === "archive") throw new AppError("archive_without_table", { name: file.name });
    return await loadPlain(context, unpacked, options, format);
  } catch (error) {
    if (isAppError(error) || context.signal?.aborted) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new AppError("file_unreadable", { name: file.name, format: "ZIP", detail }, { cause: error });
  } finally {
    archive.close();
  }
}

function isOpenDocument({ members }: ZipArchive): boolean {
  return members.some(({ name }) => name === "content.xml") && members.some(({ name }) => name === "mimetype");
}

/** The one table of an archive, beside what operating systems and data sets put there. */
function findOnlyTable({ members }: ZipArchive): ZipMember | null {
  if (members.some(({ name }) => /(^|\/)state\.json$/.test(name))) return null;
  const tables = members.filter(({ name }) => !/(^|\/)(\.|__MACOSX\/|README|LICENSE)/i.test(name) && extname(name).toLowerCase() in byEnding);
  return tables.length === 1 ? (tables[0] ?? null) : null;
}

type GuessedFormat = Exclude<FileFormat, "xlsx" | "saved-dataset"> | "archive";

const byEnding: Record<string, GuessedFormat> = {
  ".json": "json",
  ".geojson": "json",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".parquet": "parquet",
  ".txt": "text",
  ".md": "text",
  ".xlsx": "archive",
  ".xlsm": "archive",
  ".zip": "archive",
};

async function startsLikeZip(file: SourceFile): Promise<boolean> {
  return (await readStart(file.path, 4)).toString("latin1") === "PK\u0003\u0004";
}

async function guessFormat(file: SourceFile): Promise<GuessedFormat> {
  const bytes = await readStart(file.path, 65_536);
  if (bytes.toString("latin1", 0, 4) === "PAR1") return "parquet";
  if (bytes.toString("latin1", 0, 4) === "PK\u0003\u0004") return "archive";
  const known = byEnding[extname(file.name).toLowerCase()];
  if (known !== undefined && known !== "json") return known;
  const text = await openText(file, "auto");
  const start = (await text.sample()).bytes.toString("utf8", 0, 65_536).trimStart();
  if (start.startsWith("[")) return "json";
  if (start.startsWith("{")) return isOneLineOfMany(start) ? "jsonl" : "json";
  if (known === "json") return "json";
  const [line] = start.split("\n");
  return line?.includes("\t") ? "tsv" : line?.includes(",") ? "csv" : "text";
}

/** JSON Lines often come as `.json`: a first line that is an object by itself, and more after it. */
function isOneLineOfMany(start: string): boolean {
  const end = start.indexOf("\n");
  if (end < 0 || start.slice(end).trim() === "") return false;
  try {
    scanJson(Buffer.from(start.slice(0, end)));
    return true;
  } catch {
    return false;
  }
}

/** Digits that DuckDB's decimals have at most. */
const MAX_PRECISION = 38;

async function loadParquet(
  { sql }: SourceContext,
  file: SourceFile,
): Promise<SourceTable> {
  const from = `read_parquet(${quoteLiteral(file.path)})`;
  try {
    const described = await sql.query(`DESCRIBE SELECT * FROM ${from}`);
    const [counted] = await sql.query(
      "SELECT num_rows::BIGINT AS rows FROM parquet_file_metadata(?)",
      [file.path],
    );
    const found = described.map((row) => describeColumn(String(row["column_name"]), String(row["column_type"])));
    const schema = await sql.query("SELECT name, num_children, precision::INTEGER AS precision FROM parquet_schema(?)", [file.path]);
    // DuckDB would read them as doubles, in silence and wrong.
    const wide = schema.find(({ precision }) => Number(precision ?? 0) > MAX_PRECISION);
    if (wide) throw new AppError("file_decimals_too_wide", { name: file.name, column: String(wide["name"]), digits: Number(wide["precision"]), limit: MAX_PRECISION });
    const written = topNames(schema);
    // DuckDB makes equal names differ in a way of its own.
    const names = nameColumns(written.length === found.length ? written : found.map(({ name }) => name));
    const selected = found.map(
      ({ name }, index) =>
        `${quoteIdentifier(name)} AS ${quoteIdentifier(names[index] ?? name)}`,
    );
    return {
      query: `SELECT ${selected.join(", ")} FROM ${from}`,
      columns: found.map((column, index) => ({ ...column, name: names[index] ?? "" })),
      rows: Number(counted?.["rows"] ?? 0),
      failures: null,
      notes: [],
    };
  } catch (error) {
    if (isAppError(error) && error.code !== "internal") throw error;
    const detail = isAppError(error) ? error.data["detail"] : String(error);
    throw new AppError(
      "file_unreadable",
      { name: file.name, format: "Parquet", detail: detail ?? null },
      { cause: error },
    );
  }
}

/** Names of the columns among those of all parts of a Parquet schema, which come depth first under the root. */
function topNames([, ...parts]: readonly Record<string, unknown>[]): string[] {
  const names: string[] = [];
  const open: number[] = [];
  for (const part of parts) {
    if (open.length === 0) names.push(String(part["name"]));
    else open.push((open.pop() ?? 0) - 1);
    open.push(Number(part["num_children"] ?? 0));
    while (open.at(-1) === 0) open.pop();
  }
  return names;
}
