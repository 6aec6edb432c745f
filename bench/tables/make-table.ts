import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { TableSession } from "@/lib/tables/table-session";
import { writePart } from "@/lib/tables/write-part";

const PART_ROWS = 500_000;

/** A table of ids, scores, labels and texts of 70 characters, in parts; made once and kept. */
export async function makeTable(
  session: TableSession,
  dataFolder: string,
  rows: number,
): Promise<TableManifest> {
  const name = `bench-${rows}`;
  const manifestPath = join(dataFolder, name, "manifest.json");
  if (existsSync(manifestPath))
    return JSON.parse(await readFile(manifestPath, "utf8")) as TableManifest;
  await mkdir(join(dataFolder, name), { recursive: true });
  const manifest: TableManifest = { columns: [], parts: [], rows };
  for (let start = 0; start < rows; start += PART_ROWS) {
    const file = `${name}/part-${manifest.parts.length}.parquet`;
    const query = `SELECT i AS id, (hash(i) % 1000003) / 1000003.0::DOUBLE AS score, 'label ' || (hash(i + 1) % 77) AS label,
      md5(i::VARCHAR) || ' text number ' || i || ' ' || md5((i * 7)::VARCHAR)[:20] AS text FROM range(?, ?) t(i)`;
    const part = await writePart(session, {
      query,
      values: [start, Math.min(rows, start + PART_ROWS)],
      path: join(dataFolder, file),
    });
    manifest.parts.push({ file, rows: part.rows, bytes: part.bytes });
    manifest.columns = part.columns;
  }
  await writeFile(manifestPath, JSON.stringify(manifest));
  return manifest;
}
