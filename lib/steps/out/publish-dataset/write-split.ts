import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { exportRows } from "@/lib/tables/export-table";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import type { InputTable, SqlSession } from "../../_sdk/step-runner";
import { describeTypes, withoutJson, type ColumnPlan } from "./plan-columns";
import { ROW } from "@/lib/steps/_sdk/own-columns";

/** The Hub reads files of this size well; it is what the `datasets` library writes. */
const SHARD_BYTES = 500_000_000;

export interface SplitShard {
  /** Path in the repository. */
  path: string;
  /** Absolute path here. */
  file: string;
}

export interface SplitToWrite {
  sql: SqlSession;
  /** An empty folder. */
  folder: string;
  name: string;
  table: InputTable;
  plan: ColumnPlan;
  shardBytes?: number;
}

/** Writes a table as Parquet files `data/<split>-0000i-of-0000n.parquet` in row order, none much larger than `shardBytes`. */
export async function writeSplit({ sql, folder, name, table, plan, shardBytes = SHARD_BYTES }: SplitToWrite): Promise<SplitShard[]> {
  const columns = await selectColumns(sql, table, plan);
  const write = (rows: string, file: string) =>
    exportRows(sql, { from: `(SELECT ${columns}, ${ROW} FROM ${table.view} ${rows})`, names: table.columns.map(({ name: column }) => column), format: "parquet", spreadsheetSafe: false, path: file });
  const whole = join(folder, `${name}.parquet`);
  await write("", whole);
  // Only the file itself tells how well the rows are compressed.
  const count = Math.min(Math.ceil((await stat(whole)).size / shardBytes), Math.max(table.rows, 1));
  const shards = Array.from({ length: count }, (_, index) => {
    const path = `data/${name}-${pad(index)}-of-${pad(count)}.parquet`;
    return { path, file: join(folder, path.slice("data/".length)) };
  });
  if (count === 1 && shards[0]) await rename(whole, shards[0].file);
  else {
    await rm(whole);
    const rows = Math.ceil(table.rows / count);
    for (const [index, { file }] of shards.entries()) await write(`WHERE ${ROW} >= ${index * rows} AND ${ROW} < ${(index + 1) * rows}`, file);
  }
  return shards;
}

/** Other readers of Parquet know no type JSON: to them it is what all its rows are, or text. */
async function selectColumns(sql: SqlSession, table: InputTable, plan: ColumnPlan): Promise<string> {
  return [...(await describeTypes(sql, table))]
    .map(([name, type]) => {
      const quoted = quoteIdentifier(name);
      const structure = plan.structures.get(name);
      if (structure !== undefined) return `from_json(to_json(${quoted}), ${quoteLiteral(structure)}) AS ${quoted}`;
      return plan.texts.includes(name) ? `${quoted}::${withoutJson(type)} AS ${quoted}` : quoted;
    })
    .join(", ");
}

function pad(number: number): string {
  return String(number).padStart(5, "0");
}
