import { existsSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "@/lib/core/canonical-json";
import { sha256Hex } from "@/lib/core/sha256";
import type { InputTable, SqlValue, TableRunner } from "@/lib/steps/_sdk/step-runner";
import type { TableSession } from "@/lib/tables/table-session";
import { writePart } from "@/lib/tables/write-part";

export interface BenchRun {
  session: TableSession;
  /** Folder for what the step writes. */
  scratch: string;
  /** By input port. */
  tables: Record<string, InputTable[]>;
}

/** Runs a table step as the engine does, without the engine: its outputs are written as parts and left there. */
export async function runStep({ session, scratch, tables }: BenchRun, runner: unknown, params: Record<string, unknown>): Promise<void> {
  let outputs = 0;
  const write = async (query: string, values?: readonly SqlValue[]): Promise<number> => {
    const written = await writePart(session, { query, values: values ?? [], path: join(scratch, `out-${outputs++}.parquet`) });
    return written.rows;
  };
  const record = async (query: string, values?: readonly SqlValue[]): Promise<void> => {
    await write(query, values);
  };
  await (runner as TableRunner<Record<string, unknown>>).run({
    params,
    sql: session,
    signal: new AbortController().signal,
    scratch,
    rowLimit: null,
    input: (port) => {
      const table = tables[port]?.[0];
      if (!table) throw new Error(`no table for ${port}`);
      return table;
    },
    inputs: (port) => (tables[port] ?? []).map((table, place) => ({ ...table, place })),
    model: () => Promise.reject(new Error("no models here")),
    exportModel: () => Promise.reject(new Error("no models here")),
    tuneAtProvider: () => Promise.reject(new Error("no providers here")),
    models: () => [],
    pruned: () => [],
    suggestTrial: () => Promise.reject(new Error("no trainer here")),
    filePath: () => Promise.reject(new Error("no files here")),
    storedTable: () => Promise.reject(new Error("no stored tables here")),
    privateHosts: [],
    derivedFile: async (_, settings, make) => {
      const path = join(scratch, `derived-${sha256Hex(canonicalJson(settings))}`);
      if (!existsSync(path)) await make(path);
      return path;
    },
    emit: (_, query, values) => write(query, values),
    emitMany: (_, query, values) => write(query, values),
    emitReport: (_, query, values) => write(query, values),
    handOnModel: () => { throw new Error("no models here"); },
    note: () => undefined,
    reject: record,
    fail: record,
    keepFile: () => Promise.resolve(),
    database: () => Promise.reject(new Error("no databases here")),
    hub: () => Promise.reject(new Error("no Hub here")),
    provenance: () => Promise.reject(new Error("no run here")),
  });
}
