import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { datasetInfo, downloadFile, HubApiError, listFiles } from "@huggingface/hub";
import { AppError } from "@/lib/core/app-error";
import { loadSourceFile } from "@/lib/tables/files/load-source-file";
import { defaultSourceOptions, type SourceNote, type SourceTable } from "@/lib/tables/files/source-file";
import type { ProbeContext } from "../../_sdk/step-runner";
import { wrapHubError } from "../../_sdk/wrap-hub-error";
import { chooseFiles } from "./choose-files";
import { downloadLines, downloadParquetStart, downloadWhole, type Part } from "./download-part";

export interface HubDataset {
  dataset: string;
  config: string;
  split: string;
  revision: string;
}

export interface LoadedHubDataset extends SourceTable {
  /** Every file of the split was loaded. */
  isWhole: boolean;
  /** The commit that the revision was at. */
  commit: string;
}

type HubContext = Pick<ProbeContext, "sql" | "scratch" | "hub"> & {
  signal?: AbortSignal;
};

const CONVERTED = "refs/convert/parquet";

/**
 * Downloads the files of a split into `scratch`, one after the other, until `rowLimit` rows are there (all where null); of
 * the last file no more than its beginning. Throws `hub_unreachable`, `hub_not_found`, `hub_refused`, `hub_gated`, and what
 * reading the files throws.
 */
export async function loadHubDataset(
  context: HubContext,
  wanted: HubDataset,
  rowLimit: number | null,
): Promise<LoadedHubDataset> {
  const { endpoint, token } = await context.hub();
  const hub: Hub = {
    hubUrl: endpoint,
    repo: { type: "dataset", name: wanted.dataset },
    ...(token === null ? {} : { accessToken: token }),
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        ...(context.signal ? { signal: context.signal } : {}),
      }),
  };
  let isSaidToBeGated = false;
  try {
    const { files, revision, gated, commit } = await findFiles(hub, wanted);
    isSaidToBeGated = gated;
    const tables: SourceTable[] = [];
    let isWhole = true;
    for (const [index, path] of files.entries()) {
      const scratch = join(context.scratch, `hub-${index}`);
      await mkdir(scratch, { recursive: true });
      const missing = rowLimit === null ? null : rowLimit - countRows(tables);
      const loaded = await loadFile({ ...context, scratch }, hub, { path, revision }, missing);
      tables.push(loaded.table);
      isWhole &&= loaded.isWhole;
      if (rowLimit !== null && countRows(tables) >= rowLimit) break;
    }
    return {
      ...(await joinTables(context.scratch, tables)),
      notes: joinNotes(tables),
      commit,
      isWhole: isWhole && tables.length === files.length,
    };
  } catch (error) {
    if (isGated(error, isSaidToBeGated)) throw new AppError("hub_gated", { id: wanted.dataset, page: `${endpoint}/datasets/${wanted.dataset}` }, { cause: error });
    throw wrapHubError(error, { endpoint, hasToken: token !== null, what: "data set", id: wanted.dataset });
  }
}

/** The Hub shows what a gated data set is, but hands its files only to those whom its owner let in. */
function isGated(error: unknown, isSaidToBe: boolean): boolean {
  if (!(error instanceof HubApiError) || ![401, 403].includes(error.statusCode)) return false;
  if (isSaidToBe) return true;
  // After its own words the message names the URL, in which anything may stand.
  return /gated|restricted|ask for access/i.test(`${error.message.split(". URL")[0] ?? ""} ${JSON.stringify(error.data ?? null)}`);
}

interface Hub {
  hubUrl: string;
  repo: { type: "dataset"; name: string };
  accessToken?: string;
  fetch: typeof fetch;
}

/** Files at the commit that the revision is now, so that all come from one state of the data set. */
async function findFiles(
  hub: Hub,
  wanted: HubDataset,
): Promise<{ files: string[]; revision: string; gated: boolean; commit: string }> {
  const { repo, ...access } = hub;
  const { sha, gated: gate } = await datasetInfo({
    ...access,
    name: repo.name,
    revision: wanted.revision,
    additionalFields: ["sha"],
  });
  // Not there on servers that know of no gates.
  const gated = Boolean(gate);
  const paths = await listPaths(hub, sha);
  const own = chooseFiles(paths, wanted);
  if (own.some((path) => path.endsWith(".parquet")))
    return { files: own, revision: sha, gated, commit: sha };
  // What the Hub converts follows the main branch only.
  const converted =
    wanted.revision === "main"
      ? chooseFiles(await listPaths(hub, CONVERTED).catch(() => []), wanted)
      : [];
  if (converted.length > 0) return { files: converted, revision: CONVERTED, gated, commit: sha };
  if (own.length > 0) return { files: own, revision: sha, gated, commit: sha };
  const what = [
    wanted.config && `configuration ${wanted.config}`,
    wanted.split && `split ${wanted.split}`,
  ]
    .filter(Boolean)
    .join(", ");
  throw new AppError("hub_not_found", {
    what: what || "data file",
    id: `in ${wanted.dataset}`,
  });
}

async function listPaths(hub: Hub, revision: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of listFiles({ ...hub, revision, recursive: true })) {
    if (entry.type === "file") paths.push(entry.path);
  }
  return paths;
}

/** Lines taken at least of a file that is not taken whole, so that its columns and their types are found out. */
const MIN_LINES = 10_000;

/** Loads a file, or as much of its beginning as holds `rows` rows (all where null). */
async function loadFile(context: HubContext, hub: Hub, { path, revision }: { path: string; revision: string }, rows: number | null): Promise<{ table: SourceTable; isWhole: boolean }> {
  const { signal, sql, scratch } = context;
  const blob = await downloadFile({ ...hub, path, revision, xet: false });
  if (!blob) throw new AppError("hub_not_found", { what: "file", id: path });
  const to = join(scratch, `download${path.slice(path.lastIndexOf("."))}`);
  for (let lines = Math.max(rows ?? 0, MIN_LINES) + 1; ; lines *= 4) {
    const part = await downloadPart({ blob, to, signal }, path, sql, rows, lines);
    const table = await loadSourceFile({ sql, scratch, ...(signal ? { signal } : {}) }, { path: to, name: path }, defaultSourceOptions);
    if (part.rows !== null) return { table: { ...table, query: `${table.query} WHERE file_row_number < ${part.rows}`, rows: part.rows }, isWhole: false };
    // Lines within quotes make fewer rows than lines.
    if (part.isWhole || rows === null || table.rows >= rows) return { table, isWhole: part.isWhole };
  }
}

function downloadPart(target: { blob: Blob; to: string; signal?: AbortSignal | undefined }, path: string, sql: HubContext["sql"], rows: number | null, lines: number): Promise<Part> {
  if (rows !== null && path.endsWith(".parquet")) return downloadParquetStart(target, sql, rows);
  if (rows !== null && /\.(jsonl|ndjson|csv|tsv|txt)$/.test(path)) return downloadLines(target, lines, /\.[ct]sv$/.test(path));
  return downloadWhole(target);
}

function countRows(tables: readonly SourceTable[]): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

async function joinTables(
  scratch: string,
  tables: readonly SourceTable[],
): Promise<SourceTable> {
  const [first] = tables;
  if (!first || tables.length === 1)
    return (
      first ?? {
        query: "SELECT NULL AS value WHERE false",
        columns: [],
        rows: 0,
        failures: null,
      }
    );
  const columns = new Map(
    tables
      .flatMap((table) => table.columns)
      .reverse()
      .map((column) => [column.name, column]),
  );
  const failed = tables.flatMap(({ failures }) => failures ?? []);
  const failures = failed.length === 0 ? null : join(scratch, "failures.jsonl");
  if (failures !== null) {
    await rm(failures, { force: true });
    for (const file of failed)
      await pipeline(
        createReadStream(file),
        createWriteStream(failures, { flags: "a" }),
      );
  }
  const names = new Set(
    tables.flatMap((table) => table.columns.map(({ name }) => name)),
  );
  return {
    query: tables.map(({ query }) => `(${query})`).join(" UNION ALL BY NAME "),
    columns: [...names].flatMap((name) => columns.get(name) ?? []),
    rows: countRows(tables),
    failures,
  };
}

/** What was decided about each file, said once where it is the same. This step has no settings to decide otherwise. */
function joinNotes(tables: readonly SourceTable[]): SourceNote[] {
  const notes = tables.flatMap((table) => table.notes ?? []).map((note) => ({ ...note, param: null }));
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()];
}
