import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readStored } from "@/lib/core/read-stored";
import { stepOutputs, type StepOutputs } from "@/lib/engine/step-result";
import type { SharedResources } from "@/lib/engine/resources";

export interface StoredFolder {
  /** Relative to the data folder. */
  folder: string;
  /** Relative to the data folder, with size. Only those that no result names. */
  leftovers: { file: string; bytes: number }[];
  /** Bytes of files that a result names. */
  heldBytes: number;
}

/** After a step ended, a worker that has not noticed yet may still write for this long. */
const SETTLED = "10 minutes";

function listFiles(outputs: StepOutputs): string[] {
  const tables = Object.values(outputs.tables).flatMap(({ parts }) => parts.map(({ file }) => file));
  return [...tables, ...outputs.issues.parts.map(({ file }) => file), ...outputs.files.map(({ file }) => file)];
}

/** Steps under way, or that ended just now: nothing of theirs may be tidied. */
async function findUnsettled({ database }: SharedResources): Promise<Set<string>> {
  const { rows } = await database.pool.query<{ id: string }>(`SELECT id FROM step_run WHERE state IN ('waiting', 'running') OR ended_at > now() - interval '${SETTLED}'`);
  return new Set(rows.map(({ id }) => id));
}

async function readFolder(path: string, prefix: string): Promise<{ file: string; bytes: number }[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const file = `${prefix}/${entry.name}`;
      if (entry.isDirectory()) return readFolder(join(path, entry.name), file);
      return [{ file, bytes: (await stat(join(path, entry.name))).size }];
    }),
  );
  return files.flat();
}

/** Goes through the folders of all steps, one at a time. Those of steps under way, or that ended just now, have no leftovers yet. */
export async function* walkTables(resources: SharedResources): AsyncGenerator<StoredFolder> {
  const root = join(resources.dataFolder, "tables");
  const folders = existsSync(root) ? await readdir(root) : [];
  const unsettled = await findUnsettled(resources);
  for (const name of folders) {
    const folder = `tables/${name}`;
    const { rows } = await resources.database.pool.query<{ outputs: unknown }>("SELECT outputs FROM step_result WHERE folder = $1", [folder]);
    const outputs = rows.map((row) => readStored(stepOutputs, row.outputs, null, `result in ${folder}`));
    const files = await readFolder(join(root, name), folder);
    // Which files a result that cannot be read names is not known, so all of its folder may be.
    const named = new Set(outputs.includes(null) ? files.map(({ file }) => file) : outputs.flatMap((one) => (one ? listFiles(one) : [])));
    yield {
      folder,
      leftovers: unsettled.has(name) ? [] : files.filter(({ file }) => !named.has(file)),
      heldBytes: files.filter(({ file }) => named.has(file)).reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }
}
