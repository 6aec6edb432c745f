import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { datasetInfo, downloadFile, listFiles } from "@huggingface/hub";
import { AppError } from "@/lib/core/app-error";
import { loadSourceFile } from "@/lib/tables/files/load-source-file";
import { defaultSourceOptions, type SourceTable } from "@/lib/tables/files/source-file";
import type { ProbeContext } from "../../_sdk/step-runner";
import { wrapHubError } from "../../_sdk/wrap-hub-error";
import { chooseFiles } from "./choose-files";

export interface HubDataset {
  dataset: string;
  config: string;
  split: string;
  revision: string;
}

export interface LoadedHubDataset extends SourceTable {
  /** Every file of the split was loaded. */
  isWhole: boolean;
}

type HubContext = Pick<ProbeContext, "sql" | "scratch" | "hub"> & {
  signal?: AbortSignal;
};

const CONVERTED = "refs/convert/parquet";

/**
 * Downloads the files of a split into `scratch`, one after the other, until `rowLimit` rows are there (all where null).
 * Throws `hub_unreachable`, `hub_not_found`, `hub_refused`, and what reading the files throws.
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
  try {
    const { files, revision } = await findFiles(hub, wanted);
    const tables: SourceTable[] = [];
    for (const [index, path] of files.entries()) {
      const scratch = join(context.scratch, `hub-${index}`);
      await mkdir(scratch, { recursive: true });
      const local = join(
        scratch,
        `download${path.slice(path.lastIndexOf("."))}`,
      );
      await download(hub, path, revision, local, context.signal);
      tables.push(
        await loadSourceFile(
          {
            sql: context.sql,
            scratch,
            ...(context.signal ? { signal: context.signal } : {}),
          },
          { path: local, name: path },
          defaultSourceOptions,
        ),
      );
      if (rowLimit !== null && countRows(tables) >= rowLimit) break;
    }
    return {
      ...(await joinTables(context.scratch, tables)),
      isWhole: tables.length === files.length,
    };
  } catch (error) {
    throw wrapHubError(error, { endpoint, hasToken: token !== null, what: "data set", id: wanted.dataset });
  }
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
): Promise<{ files: string[]; revision: string }> {
  const { repo, ...access } = hub;
  const { sha } = await datasetInfo({
    ...access,
    name: repo.name,
    revision: wanted.revision,
    additionalFields: ["sha"],
  });
  const paths = await listPaths(hub, sha);
  const own = chooseFiles(paths, wanted);
  if (own.some((path) => path.endsWith(".parquet")))
    return { files: own, revision: sha };
  // What the Hub converts follows the main branch only.
  const converted =
    wanted.revision === "main"
      ? chooseFiles(await listPaths(hub, CONVERTED).catch(() => []), wanted)
      : [];
  if (converted.length > 0) return { files: converted, revision: CONVERTED };
  if (own.length > 0) return { files: own, revision: sha };
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

async function download(
  hub: Hub,
  path: string,
  revision: string,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  const blob = await downloadFile({ ...hub, path, revision, xet: false });
  if (!blob) throw new AppError("hub_not_found", { what: "file", id: path });
  await pipeline(
    Readable.fromWeb(blob.stream() as Parameters<typeof Readable.fromWeb>[0]),
    createWriteStream(to),
    ...(signal ? [{ signal }] : []),
  );
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
