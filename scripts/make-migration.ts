/**
 * `npm run migration -- <name>`: writes the SQL from the schema as it was at the last migration to the schema now.
 * The former is kept in `prisma/schema-at-last-migration.txt`, and a test compares the two.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@/lib/server/embedded-postgres";
import { diffSchemas, readSchemaText } from "@/lib/server/schema-engine";

const root = join(import.meta.dirname, "..");
const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) throw new Error("Give the migration a name of lower-case letters, digits and underscores.");

const snapshot = join(root, "prisma", "schema-at-last-migration.txt");
const before = existsSync(snapshot) ? await readFile(snapshot, "utf8") : null;
const now = await readSchemaText(root);
const folder = await mkdtemp(join(tmpdir(), "reverie-migration-"));
const postgres = await startEmbeddedPostgres(folder, { durable: false });
try {
  const sql = await diffSchemas(postgres.url, before, now);
  if (sql === "") {
    console.log("The migrations already make what the schema says.");
  } else {
    const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
    const target = join(root, "prisma", "migrations", `${stamp}_${name}`);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, "migration.sql"), sql);
    await writeFile(snapshot, now);
    console.log(`prisma/migrations/${stamp}_${name}/migration.sql`);
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
