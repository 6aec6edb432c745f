import type { ColumnType } from "@/lib/steps/_sdk/columns";
import { type PartScan, planPartScan, type RowRange } from "./part-scan";
import { quoteIdentifier } from "./quote-identifier";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";

export interface TableViewOptions {
  /** Name of the view in the session. */
  name: string;
  /** Absolute path that the manifest's files are relative to. */
  dataFolder: string;
  manifest: TableManifest;
  /** Only these rows, read without touching the others; `__row` stays the number in the whole table. */
  range?: RowRange;
  /** Also the lineage columns `__in0`, … and `__call`. */
  includeHidden?: boolean;
}

/**
 * Makes a TEMP view of a table: its columns and `__row` BIGINT, its place in the table. Returns the view's quoted name.
 */
export async function createTableView(
  session: TableSession,
  options: TableViewOptions,
): Promise<string> {
  const view = quoteIdentifier(options.name);
  await session.run(
    `CREATE OR REPLACE TEMP VIEW ${view} AS ${selectTable(options)}`,
  );
  return view;
}

/** The query behind `createTableView`. */
export function selectTable({
  dataFolder,
  manifest,
  range,
  includeHidden,
}: Omit<TableViewOptions, "name">): string {
  const scan = planPartScan(dataFolder, manifest, range);
  if (!scan) return selectNothing(manifest, includeHidden ?? false);
  return `SELECT ${listSelected(manifest, scan, includeHidden ?? false)} FROM ${scan.from} WHERE ${scan.where}`;
}

function listSelected(
  manifest: TableManifest,
  scan: PartScan,
  includeHidden: boolean,
): string {
  // A part holds the table's columns and Reverie's own, which differ from table to table, and nothing else.
  const all = scan.row === "__row" ? "* EXCLUDE (__row)" : "*";
  const columns = includeHidden
    ? [all]
    : manifest.columns.map(({ name }) => quoteIdentifier(name));
  return [...columns, `${scan.row} AS __row`].join(", ");
}

/** DuckDB types that stand for a column of a table without any part, where the exact type was never known. */
export const emptyTypes: Record<ColumnType, string> = {
  text: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
  list: "JSON[]",
  vector: "FLOAT[]",
  object: "JSON",
  unknown: "VARCHAR",
};

function selectNothing(
  manifest: TableManifest,
  includeHidden: boolean,
): string {
  const columns = manifest.columns.map(
    ({ name, type }) => `NULL::${emptyTypes[type]} AS ${quoteIdentifier(name)}`,
  );
  const hidden = includeHidden ? ["NULL::BIGINT AS __in0"] : [];
  return `SELECT ${[...columns, ...hidden, "NULL::BIGINT AS __row"].join(", ")} WHERE false`;
}
