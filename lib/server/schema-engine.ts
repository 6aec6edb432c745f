import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";

const noFilter = { externalTables: [], externalEnums: [] };
let started = false;

/** Prisma's schema engine as WebAssembly: the native one would be fetched from a host of its own. */
async function startEngine(databaseUrl: string, files: [string, string][]): Promise<bindings.SchemaEngine> {
  if (!started) {
    const path = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm").replace(/schema_engine\.js$/, "schema_engine_bg.wasm");
    const { instance } = await WebAssembly.instantiate(await readFile(path), { "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports });
    bindings.__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
    started = true;
  }
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }));
  return bindings.SchemaEngine.new({ datamodels: files }, () => undefined, adapter);
}

async function readSchema(root: string): Promise<[string, string][]> {
  const folder = join(root, "prisma", "schema");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".prisma")).sort();
  return Promise.all(names.map(async (name): Promise<[string, string]> => [join(folder, name), await readFile(join(folder, name), "utf8")]));
}

async function readMigrations(root: string): Promise<bindings.MigrationList> {
  const baseDir = join(root, "prisma", "migrations");
  const folders = (await readdir(baseDir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    folders.sort().map(async (path) => ({
      path,
      migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: await readFile(join(baseDir, path, "migration.sql"), "utf8") } },
    })),
  );
  const content = await readFile(join(baseDir, "migration_lock.toml"), "utf8");
  return { baseDir, lockfile: { path: "migration_lock.toml", content }, shadowDbInitScript: "", migrationDirectories };
}

/** Applies the migrations that the database does not have yet. Returns their names. `root` is the project's folder. */
export async function applyMigrations(databaseUrl: string, root: string): Promise<string[]> {
  const engine = await startEngine(databaseUrl, await readSchema(root));
  const output = await engine.applyMigrations({ migrationsList: await readMigrations(root), filters: noFilter });
  return output.appliedMigrationNames;
}

/** All schema files as one text. */
export async function readSchemaText(root: string): Promise<string> {
  return (await readSchema(root)).map(([, content]) => content).join("\n");
}

/**
 * SQL from one schema text to another; empty where they agree. Compares texts rather than asking the database, because
 * this engine cannot describe PostgreSQL 18 (it fails on the type `char`).
 */
export async function diffSchemas(databaseUrl: string, from: string | null, to: string): Promise<string> {
  const engine = await startEngine(databaseUrl, [["schema.prisma", to]]);
  const target = (content: string) => ({ tag: "schemaDatamodel" as const, files: [{ path: "schema.prisma", content }] });
  const { stdout } = await engine.diff({
    from: from === null ? { tag: "empty" } : target(from),
    to: target(to),
    script: true,
    exitCode: null,
    filters: noFilter,
  });
  return stdout?.includes("This is an empty migration") ? "" : (stdout ?? "");
}
