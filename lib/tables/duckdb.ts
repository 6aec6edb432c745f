import { mkdir, rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { AppError } from "@/lib/core/app-error";
import { quoteLiteral } from "./quote-literal";
import { createTableSession, type TableSession } from "./table-session";

export interface DuckDbOptions {
  /** The one folder that queries may read and write. */
  dataFolder: string;
  /** MiB for DuckDB's buffers; the process itself needs more, so keep it well under the machine's memory. */
  memoryLimitMb: number;
  threads: number;
}

export interface SessionOptions {
  /** Absolute folders or files the session is meant to read; each must be in the data folder. */
  readable: string[];
  /** Absolute folder the session is meant to write to. */
  writable?: string;
  /** Aborting interrupts the running query; it and all later ones throw `cancelled`. */
  signal?: AbortSignal;
}

export interface DuckDb {
  openSession(options: SessionOptions): Promise<TableSession>;
  /** Ends all sessions and removes the spill folder. */
  close(): Promise<void>;
}

/**
 * The database of a process: in memory, spilling to the data folder. DuckDB's settings belong to the instance, and once
 * locked no session can change them, so the walls are the same for all: files of the data folder and nothing else, no
 * extensions, no settings. Sessions are apart because all they make is TEMP.
 */
export async function openDuckDb({
  dataFolder,
  memoryLimitMb,
  threads,
}: DuckDbOptions): Promise<DuckDb> {
  const root = resolve(dataFolder);
  const spill = join(root, "tmp", `duckdb-${process.pid}`);
  await mkdir(spill, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${memoryLimitMb}MiB`,
    threads: String(threads),
    temp_directory: spill,
    preserve_insertion_order: "true",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  const setup = await instance.connect();
  await setup.run("SET GLOBAL TimeZone = 'UTC'");
  await setup.run(`SET GLOBAL allowed_directories = [${quoteLiteral(root)}]`);
  await setup.run("SET GLOBAL enable_external_access = false");
  await setup.run("SET GLOBAL lock_configuration = true");
  setup.closeSync();
  return {
    async openSession({ readable, writable, signal }) {
      for (const path of writable === undefined
        ? readable
        : [...readable, writable])
        requireInside(root, path);
      return createTableSession(await instance.connect(), signal);
    },
    async close() {
      instance.closeSync();
      await rm(spill, { recursive: true, force: true });
    },
  };
}

function requireInside(root: string, path: string): void {
  const absolute = resolve(path);
  if (absolute !== root && !absolute.startsWith(root + sep)) {
    throw new AppError("internal", {
      detail: "a session was asked to leave the data folder",
    });
  }
}
