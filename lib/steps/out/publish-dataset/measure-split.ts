import { stat } from "node:fs/promises";
import type { CardSplit } from "@/lib/cards/dataset-card";
import type { SqlSession } from "../../_sdk/step-runner";
import type { SplitShard } from "./write-split";

/** What the written files of a split hold: types as other readers find them, and sizes. */
export async function measureSplit(sql: SqlSession, shards: readonly SplitShard[]): Promise<Pick<CardSplit, "columns" | "files" | "bytes" | "fileBytes">> {
  const columns = await sql.query("DESCRIBE SELECT * FROM read_parquet(?)", [shards[0]?.file ?? ""]);
  let bytes = 0;
  let fileBytes = 0;
  for (const { file } of shards) {
    const [size] = await sql.query("SELECT coalesce(sum(total_uncompressed_size), 0)::BIGINT AS bytes FROM parquet_metadata(?)", [file]);
    bytes += Number(size?.bytes);
    fileBytes += (await stat(file)).size;
  }
  return { columns: columns.map((row) => ({ name: String(row.column_name), type: String(row.column_type) })), files: shards.map(({ path }) => path), bytes, fileBytes };
}
