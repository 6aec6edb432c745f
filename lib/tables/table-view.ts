import { shapeOf } from "./column-type";
import { IN0, isOwnColumn, OWN_PREFIX, ROW } from "@/lib/steps/_sdk/own-columns";
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
  /** Only these rows, read without touching the others; `ROW` stays the number in the whole table. */
  range?: RowRange;
}

/**
 * Makes a TEMP view of a table: its columns and `ROW` BIGINT, its place in the table. Returns the view's quoted name.
 */
export async function createTableView(
  session: TableSession,
  options: TableViewOptions,
): Promise<string> {
  return createView(session, options.name, selectTable(options));
}

/** As `createTableView`, with the lineage columns `IN0`, … and `CALL` as well, as far as the table has them. */
export async function createLineageView(
  session: TableSession,
  options: TableViewOptions,
): Promise<string> {
  return createView(session, options.name, await selectLineage(session, options));
}

/** The query behind `createLineageView`. */
export async function selectLineage(session: TableSession, { dataFolder, manifest, range }: Omit<TableViewOptions, "name">): Promise<string> {
  const scan = planPartScan(dataFolder, manifest, range);
  if (!scan) return selectNothing(manifest, [`NULL::BIGINT AS ${IN0}`]);
  return selectScan(manifest, scan, await findOwnColumns(session, manifest, scan));
}

async function createView(session: TableSession, name: string, query: string): Promise<string> {
  const view = quoteIdentifier(name);
  await session.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${query}`);
  return view;
}

/** The query behind `createTableView`. */
export function selectTable({
  dataFolder,
  manifest,
  range,
}: Omit<TableViewOptions, "name">): string {
  const scan = planPartScan(dataFolder, manifest, range);
  return scan ? selectScan(manifest, scan, []) : selectNothing(manifest, []);
}

function selectScan(manifest: TableManifest, scan: PartScan, own: readonly string[]): string {
  const columns = manifest.columns.map(({ name }) => quoteIdentifier(name));
  return `SELECT ${[...columns, ...own, `${scan.row} AS ${ROW}`].join(", ")} FROM ${scan.from} WHERE ${scan.where}`;
}

/** Parts written by versions before these names call them `__in0`, … and `__call`, which no column of people could be called then. */
async function findOwnColumns(session: TableSession, manifest: TableManifest, scan: PartScan): Promise<string[]> {
  const people = new Set(manifest.columns.map(({ name }) => name));
  const described = await session.query(`DESCRIBE SELECT * FROM ${scan.from}`);
  return described
    .map((column) => String(column["column_name"]))
    .filter((name) => name !== ROW && !people.has(name))
    .map((name) => (isOwnColumn(name) ? name : `${quoteIdentifier(name)} AS ${OWN_PREFIX}${name.replace(/^__/, "")}`));
}

function selectNothing(manifest: TableManifest, own: readonly string[]): string {
  const columns = manifest.columns.map(
    (column) => `NULL::${shapeOf(column)} AS ${quoteIdentifier(column.name)}`,
  );
  return `SELECT ${[...columns, ...own, `NULL::BIGINT AS ${ROW}`].join(", ")} WHERE false`;
}
