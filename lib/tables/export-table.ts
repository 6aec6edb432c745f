import { isNested, type Column } from "@/lib/steps/_sdk/columns";
import { quoteIdentifier } from "./quote-identifier";
import { quoteLiteral } from "./quote-literal";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { selectTable } from "./table-view";

export const exportFormats = ["parquet", "jsonl", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface TableExport {
  format: ExportFormat;
  /** CSV: an apostrophe before text that a spreadsheet would run as a formula. */
  spreadsheetSafe: boolean;
  /** Absolute path in the data folder. */
  path: string;
}

const copyOptions: Record<ExportFormat, string> = {
  parquet: "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440",
  jsonl: "FORMAT json, ARRAY false",
  csv: "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"'",
};

/** Writes a stored table to a file, in row order, without Reverie's own columns. */
export async function exportTable(
  session: TableSession,
  options: TableExport & { dataFolder: string; manifest: TableManifest },
): Promise<void> {
  const table = `(${selectTable({ dataFolder: options.dataFolder, manifest: options.manifest })})`;
  await session.run(
    copyStatement({
      ...options,
      from: table,
      columns: options.manifest.columns,
    }),
  );
}

/** The COPY statement of an export of `from`, a view or a bracketed query that has `ROW`. */
export function copyStatement({
  from,
  columns,
  format,
  spreadsheetSafe,
  path,
}: TableExport & { from: string; columns: readonly Column[] }): string {
  const guard = format === "csv" && spreadsheetSafe;
  const selected = columns.map(
    (column) =>
      `${exportedCell(column, format, guard)} AS ${quoteIdentifier(guard ? safeName(column.name) : column.name)}`,
  );
  return `COPY (SELECT ${selected.join(", ")} FROM ${from}) TO ${quoteLiteral(path)} (${copyOptions[format]})`;
}

function exportedCell(
  { name, type }: Column,
  format: ExportFormat,
  guard: boolean,
): string {
  const quoted = quoteIdentifier(name);
  if (format === "jsonl" && type === "number")
    return `CASE WHEN isfinite(${quoted}::DOUBLE) THEN ${quoted} END`;
  if (format !== "csv") return quoted;
  const text =
    isNested(type)
      ? `to_json(${quoted})::VARCHAR`
      : quoted;
  if (
    !guard ||
    type === "integer" ||
    type === "number" ||
    type === "boolean" ||
    type === "timestamp"
  )
    return text;
  return `CASE WHEN regexp_matches(${text}::VARCHAR, '^[=+@\\t\\r-]') THEN '''' || ${text}::VARCHAR ELSE ${text}::VARCHAR END`;
}

function safeName(name: string): string {
  return /^[=+@\t\r-]/.test(name) ? `'${name}` : name;
}
