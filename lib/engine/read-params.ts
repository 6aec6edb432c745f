import type { Pool, PoolClient } from "pg";

/** Parameters of a step run, as in the run's snapshot of the document, not yet parsed. */
export async function readParams(database: Pool | PoolClient, stepRunId: string): Promise<unknown> {
  const { rows } = await database.query<{ params: unknown }>(
    `SELECT node->'params' AS params FROM step_run s JOIN run r ON r.id = s.run_id, jsonb_array_elements(r.document->'nodes') node
     WHERE s.id = $1 AND node->>'id' = s.node_id`,
    [stepRunId],
  );
  return rows[0]?.params ?? {};
}
