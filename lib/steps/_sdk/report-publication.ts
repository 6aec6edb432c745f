import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Published } from "./publish-to-hub";
import type { TableContext } from "./step-runner";

/** Shows what was published as a table of one row, and keeps the list of files. */
export async function reportPublication({ scratch, keepFile, emitReport }: Pick<TableContext<unknown>, "scratch" | "keepFile" | "emitReport">, published: Published): Promise<void> {
  const path = join(scratch, "published.json");
  await writeFile(path, `${JSON.stringify(published, null, 2)}\n`);
  await keepFile(path, "published.json");
  await emitReport("published", "SELECT ?::VARCHAR AS repo, ?::VARCHAR AS url, ?::VARCHAR AS commit, ?::BIGINT AS files, ?::BIGINT AS bytes", [
    published.repo,
    published.url,
    published.commit,
    published.files.length,
    published.bytes,
  ]);
}
