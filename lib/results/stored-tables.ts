import { z } from "zod";
import { readStored } from "@/lib/core/read-stored";
import type { SharedResources } from "@/lib/engine/resources";

export interface StoredTable {
  tableId: string;
  workflow: string;
  step: string;
  port: string;
  rows: number;
  createdAt: string;
}

interface Row {
  fingerprint: string;
  node_id: string;
  workflow_id: string;
  workflow: string;
  step: string;
  tables: unknown;
  created_at: Date;
}

const LISTED = 200;
const storedTables = z.record(z.string(), z.looseObject({ rows: z.number() }));

/** The latest result of every step of every workflow that has one. */
const LATEST = `
  SELECT DISTINCT ON (r.workflow_id, s.node_id) s.fingerprint, s.node_id, r.workflow_id, w.name AS workflow, s.title AS step, o.outputs->'tables' AS tables, s.created_at
  FROM step_run s JOIN run r ON r.id = s.run_id JOIN workflow w ON w.id = r.workflow_id JOIN step_result o ON o.fingerprint = s.fingerprint
  WHERE s.state = 'done' ORDER BY r.workflow_id, s.node_id, s.created_at DESC`;

function toTables(row: Row): StoredTable[] {
  return Object.entries(readStored(storedTables, row.tables, {}, `result ${row.fingerprint}`)).map(([port, { rows }]) => ({
    tableId: `fp~${row.fingerprint}~${port}`,
    workflow: row.workflow,
    step: row.step,
    port,
    rows,
    createdAt: row.created_at.toISOString(),
  }));
}

/** Tables that steps of any workflow have made, newest first; at most 200. */
export async function listStoredTables({ database }: Pick<SharedResources, "database">, search: string): Promise<StoredTable[]> {
  const { rows } = await database.pool.query<Row>(`SELECT * FROM (${LATEST}) t WHERE $1 = '' OR strpos(lower(workflow || ' ' || step), lower($1)) > 0 ORDER BY created_at DESC LIMIT ${String(LISTED)}`, [search]);
  return rows.flatMap(toTables);
}

/** What a table is, and the newer one of the same step, if it has run again since. Null where it is not stored. */
export async function describeStoredTable({ database }: Pick<SharedResources, "database">, tableId: string): Promise<(StoredTable & { newer: string | null }) | null> {
  const [, fingerprint = "", port = ""] = tableId.split("~");
  const { rows } = await database.pool.query<Row>(
    `SELECT s.fingerprint, s.node_id, r.workflow_id, COALESCE(w.name, r.document->>'name') AS workflow, s.title AS step, o.outputs->'tables' AS tables, s.created_at
     FROM step_run s JOIN run r ON r.id = s.run_id LEFT JOIN workflow w ON w.id = r.workflow_id JOIN step_result o ON o.fingerprint = s.fingerprint
     WHERE s.fingerprint = $1 AND s.state = 'done' ORDER BY s.created_at DESC LIMIT 1`,
    [fingerprint],
  );
  const [row] = rows;
  const found = row && toTables(row).find((table) => table.port === port);
  if (!found) return null;
  const { rows: latest } = await database.pool.query<Row>(`SELECT * FROM (${LATEST}) t WHERE workflow_id = $1 AND node_id = $2`, [row.workflow_id, row.node_id]);
  const newest = latest[0]?.fingerprint;
  return { ...found, newer: newest !== undefined && newest !== fingerprint ? `fp~${newest}~${port}` : null };
}
