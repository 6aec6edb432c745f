import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDb, openDuckDb } from "@/lib/tables/duckdb";
import { loadSourceFile } from "@/lib/tables/files/load-source-file";
import { defaultSourceOptions, type SourceOptions, type SourceTable } from "@/lib/tables/files/source-file";
import type { TableSession } from "@/lib/tables/table-session";

export interface LoadedSource extends SourceTable {
  /** Column name to DuckDB type. */
  types: Record<string, string>;
  /** DuckDB types in the order of the columns. */
  typeList: string[];
  /** Every row; values as DuckDB writes them in JSON. */
  all: Record<string, unknown>[];
  failed: { code: string; data: Record<string, unknown> }[];
  noted: string[];
}

/** Loads files as the step does, in a folder of its own. */
export class SourceLoader {
  private constructor(
    readonly folder: string,
    private readonly db: DuckDb,
    readonly session: TableSession,
  ) {}

  static async open(): Promise<SourceLoader> {
    const folder = await mkdtemp(join(tmpdir(), "reverie-sources-"));
    const db = await openDuckDb({ dataFolder: folder, memoryLimitMb: 1024, threads: 2 });
    return new SourceLoader(folder, db, await db.openSession({ readable: [folder], writable: folder }));
  }

  async close(): Promise<void> {
    this.session.close();
    await this.db.close();
    await rm(this.folder, { recursive: true });
  }

  async load(name: string, content: string | Buffer, options: Partial<SourceOptions> = {}): Promise<LoadedSource> {
    await writeFile(join(this.folder, name), content);
    return this.loadPath(join(this.folder, name), options);
  }

  async loadPath(path: string, options: Partial<SourceOptions> = {}): Promise<LoadedSource> {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const table = await loadSourceFile({ sql: this.session, scratch: this.folder }, { path, name }, { ...defaultSourceOptions, ...options });
    const text = table.failures === null ? "" : await readFile(table.failures, "utf8");
    const described = await this.session.query(`DESCRIBE ${table.query}`);
    return {
      ...table,
      types: Object.fromEntries(described.map((row) => [String(row["column_name"]), String(row["column_type"])])),
      typeList: described.map((row) => String(row["column_type"])),
      all: await this.session.query(table.query),
      failed: text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as LoadedSource["failed"][number]),
      noted: (table.notes ?? []).map(({ code }) => code),
    };
  }

  /** The values of a column as text, null apart. */
  async texts(table: LoadedSource, column: string): Promise<(string | null)[]> {
    const rows = await this.session.query(`SELECT "${column}"::VARCHAR AS t FROM (${table.query})`);
    return rows.map((row) => row["t"] as string | null);
  }
}
