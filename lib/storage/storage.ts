import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import type { SharedResources } from "@/lib/engine/resources";
import { walkTables } from "./walk-tables";

export interface Storage {
  /** Bytes of results that can be opened. */
  resultBytes: number;
  /** Bytes of parts that no result names: of runs that failed or were cancelled, and of tries that were given up. */
  leftoverBytes: number;
  /** Bytes of uploaded files. */
  fileBytes: number;
  /** Replies and vectors that are kept so as not to be paid for again. */
  calls: number;
  largest: { fingerprint: string; workflow: string; step: string; bytes: number; createdAt: string }[];
}

const LISTED = 20;

const LARGEST = `
  SELECT o.fingerprint, o.created_at, COALESCE(w.name, r.document->>'name', '') AS workflow, COALESCE(s.title, o.step_id) AS step, b.bytes
  FROM step_result o
  CROSS JOIN LATERAL (SELECT COALESCE(sum(v::text::bigint), 0) AS bytes FROM jsonb_path_query(o.outputs, 'strict $.**.bytes ? (@.type() == "number")') v) b
  LEFT JOIN LATERAL (SELECT * FROM step_run WHERE fingerprint = o.fingerprint ORDER BY created_at DESC LIMIT 1) s ON true
  LEFT JOIN run r ON r.id = s.run_id LEFT JOIN workflow w ON w.id = r.workflow_id
  ORDER BY b.bytes DESC LIMIT ${String(LISTED)}`;

/** Exact while there are few; of many the planner's estimate, since counting millions of rows takes seconds. */
const CALLS = `
  SELECT CASE WHEN sum(reltuples) > 100000 THEN sum(reltuples)::float ELSE ((SELECT count(*) FROM call_cache) + (SELECT count(*) FROM embedding_cache))::float END AS rows
  FROM pg_class WHERE oid IN ('call_cache'::regclass, 'embedding_cache'::regclass)`;

/** What the data folder holds. */
export async function measureStorage(resources: SharedResources): Promise<Storage> {
  const { pool } = resources.database;
  let resultBytes = 0;
  let leftoverBytes = 0;
  for await (const { heldBytes, leftovers } of walkTables(resources)) {
    resultBytes += heldBytes;
    leftoverBytes += leftovers.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  const { rows: files } = await pool.query<{ bytes: string }>("SELECT COALESCE(sum(size), 0) AS bytes FROM data_file");
  const { rows: calls } = await pool.query<{ rows: number }>(CALLS);
  const { rows: largest } = await pool.query<{ fingerprint: string; workflow: string; step: string; bytes: string; created_at: Date }>(LARGEST);
  return {
    resultBytes,
    leftoverBytes,
    fileBytes: Number(files[0]?.bytes ?? 0),
    calls: calls[0]?.rows ?? 0,
    largest: largest.map((row) => ({ fingerprint: row.fingerprint, workflow: row.workflow, step: row.step, bytes: Number(row.bytes), createdAt: row.created_at.toISOString() })),
  };
}

/** Removes the parts that no result names. What can be opened stays. Gives the bytes that were freed. */
export async function freeLeftovers(resources: SharedResources): Promise<{ freedBytes: number }> {
  let freedBytes = 0;
  for await (const { folder, leftovers } of walkTables(resources)) {
    for (const { file, bytes } of leftovers) {
      await rm(join(resources.dataFolder, file), { force: true });
      freedBytes += bytes;
    }
    // Only where nothing is left in it.
    await rmdir(join(resources.dataFolder, folder)).catch(() => undefined);
  }
  return { freedBytes };
}

/**
 * Forgets a result and removes its files. Its step is out of date then, and is made anew, mostly from kept replies, when it
 * is run. Throws `not_found`; `result_in_use` while a run goes on that may be reading it.
 */
export async function deleteResult(resources: SharedResources, fingerprint: string): Promise<void> {
  const { pool } = resources.database;
  const { rows: reading } = await pool.query("SELECT 1 FROM step_run s JOIN run r ON r.id = s.run_id WHERE r.state IN ('running', 'paused', 'cancelling') AND (s.fingerprint = $1 OR s.identity->'inputs' @? ('$.*[*] ? (@ starts with \"' || $1 || '\")')::jsonpath) LIMIT 1", [fingerprint]);
  if (reading.length > 0) throw new AppError("result_in_use");
  const { rows } = await pool.query<{ folder: string }>("DELETE FROM step_result WHERE fingerprint = $1 RETURNING folder", [fingerprint]);
  const folder = rows[0]?.folder;
  if (folder === undefined) throw new AppError("not_found", { what: "result", id: fingerprint });
  if (/^tables\/[\w-]+$/.test(folder)) await rm(join(resources.dataFolder, folder), { recursive: true, force: true });
}
