import { open, stat } from "node:fs/promises";
import { extname } from "node:path";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { TableContext } from "@/lib/steps/_sdk/step-runner";
import { describeColumn } from "../column-type";
import { quoteIdentifier } from "../quote-identifier";
import { quoteLiteral } from "../quote-literal";
import { loadCsv } from "./load-csv";
import { loadJsonLines } from "./load-json-lines";
import { loadSavedDataset } from "./load-saved-dataset";
import { loadText } from "./load-text";
import { loadXlsx } from "./load-xlsx";
import { nameColumns } from "./name-columns";
import { readLines } from "./read-lines";
import type {
  FileFormat,
  SourceContext,
  SourceFile,
  SourceOptions,
  SourceTable,
} from "./source-file";
import { findRowsPath, splitJson } from "./split-json";
import { isXlsx } from "./xlsx-workbook";
import { openZip } from "./zip-archive";
import { IN0 } from "@/lib/steps/_sdk/own-columns";

/**
 * Makes a file ready for DuckDB, streaming it once into `scratch`. Rows that cannot be read are set aside with line and
 * reason. Throws `file_empty`, `file_encoding`, `file_unreadable`, `file_json_shape`, and of an archive
 * `zip_unsafe`, `file_too_large`, `sheet_missing`, `split_missing`.
 */
export async function loadSourceFile(
  context: SourceContext,
  file: SourceFile,
  options: SourceOptions,
): Promise<SourceTable> {
  if ((await stat(file.path)).size === 0)
    throw new AppError("file_empty", { name: file.name });
  const format =
    options.format === "auto" ? await guessFormat(file) : options.format;
  if (format === "xlsx" || format === "saved-dataset" || format === "archive")
    return loadArchive(context, file, options);
  if (format === "parquet") return loadParquet(context, file);
  if (format === "csv" || format === "tsv")
    return loadCsv(context, file, options, format);
  if (format === "text") return loadText(context, file, options);
  if (format === "jsonl")
    return loadJsonLines(context, file, readLines(file, options.encoding));
  const path =
    options.rowsPath === ""
      ? await findRowsPath(file, options.encoding)
      : options.rowsPath.split(".");
  return loadJsonLines(context, file, splitJson(file, options.encoding, path));
}

/** Emits a loaded file as the step's output, and its bad rows as failed. */
export async function emitSourceTable(
  {
    emit,
    fail,
    rowLimit,
  }: Pick<TableContext<unknown>, "emit" | "fail" | "rowLimit">,
  table: SourceTable,
): Promise<void> {
  await emit(
    "output",
    rowLimit === null
      ? table.query
      : `SELECT * FROM (${table.query}) LIMIT ${Math.trunc(rowLimit)}`,
  );
  if (table.failures === null) return;
  const read = `read_json(${quoteLiteral(table.failures)}, format = 'newline_delimited', columns = {code: 'VARCHAR', data: 'JSON', before: 'BIGINT'})`;
  await fail(
    `SELECT NULL::BIGINT AS ${IN0}, code, data::VARCHAR AS data FROM ${read} WHERE before < ?`,
    [rowLimit ?? table.rows + 1],
  );
}

/** An Excel workbook and a packed folder are both archives; what is in it says which. */
async function loadArchive(
  context: SourceContext,
  file: SourceFile,
  options: SourceOptions,
): Promise<SourceTable> {
  const archive = await openZip(file);
  try {
    return isXlsx(archive)
      ? await loadXlsx(context, archive, file, options)
      : await loadSavedDataset(context, archive, file, options.split);
  } catch (error) {
    if (isAppError(error) || context.signal?.aborted) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new AppError(
      "file_unreadable",
      { name: file.name, format: "ZIP", detail },
      { cause: error },
    );
  } finally {
    archive.close();
  }
}

const byEnding: Record<string, FileFormat | "archive"> = {
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

async function guessFormat(file: SourceFile): Promise<FileFormat | "archive"> {
  const known = byEnding[extname(file.name).toLowerCase()];
  if (known) return known;
  const handle = await open(file.path, "r");
  const { buffer, bytesRead } = await handle
    .read(Buffer.alloc(65_536), 0, 65_536, 0)
    .finally(() => handle.close());
  const start = buffer
    .toString("utf8", 0, bytesRead)
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (start.startsWith("PAR1")) return "parquet";
  if (start.startsWith("PK\u0003\u0004")) return "archive";
  if (start.startsWith("[")) return "json";
  if (start.startsWith("{")) return isOneLineOfMany(start) ? "jsonl" : "json";
  const [line] = start.split("\n");
  return line?.includes("\t") ? "tsv" : line?.includes(",") ? "csv" : "text";
}

/** JSON Lines often come as `.json`: a first line that is an object by itself, and more after it. */
function isOneLineOfMany(start: string): boolean {
  const end = start.indexOf("\n");
  if (end < 0 || start.slice(end).trim() === "") return false;
  try {
    JSON.parse(start.slice(0, end));
    return true;
  } catch {
    return false;
  }
}

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
    const names = nameColumns(found.map(({ name }) => name));
    const selected = found.map(
      ({ name }, index) =>
        `${quoteIdentifier(name)} AS ${quoteIdentifier(names[index] ?? name)}`,
    );
    return {
      query: `SELECT ${selected.join(", ")} FROM ${from}`,
      columns: found.map((column, index) => ({ ...column, name: names[index] ?? "" })),
      rows: Number(counted?.["rows"] ?? 0),
      failures: null,
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
