/** Tables for tests, on real DuckDB in a folder of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckDb } from "./duckdb";
import type { TableManifest } from "./table-manifest";
import type { TableSession } from "./table-session";
import { writePart } from "./write-part";

export interface TestTables {
  dataFolder: string;
  session: TableSession;
  /** Writes a table of a part for each query. */
  writeTable(name: string, queries: readonly string[]): Promise<TableManifest>;
  close(): Promise<void>;
}

export async function openTestTables(): Promise<TestTables> {
  const dataFolder = await mkdtemp(join(tmpdir(), "reverie-tables-"));
  const db = await openDuckDb({ dataFolder, memoryLimitMb: 512, threads: 2 });
  const session = await db.openSession({ readable: [dataFolder], writable: dataFolder });
  return {
    dataFolder,
    session,
    async writeTable(name, queries) {
      const manifest: TableManifest = { columns: [], parts: [], rows: 0 };
      for (const [index, query] of queries.entries()) {
        const file = `${name}-${String(index)}.parquet`;
        const { columns, rows, bytes } = await writePart(session, { query, path: join(dataFolder, file) });
        manifest.columns = columns;
        manifest.parts.push({ file, rows, bytes });
        manifest.rows += rows;
      }
      return manifest;
    },
    async close() {
      session.close();
      await db.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
