import type { Pool, PoolClient } from "pg";

/** Parameters of a step run, not yet parsed. */
export async function readParams(database: Pool | PoolClient, stepRunId: string): Promise<unknown> {
  const { rows } = await database.query<{ params: unknown }>("SELECT params FROM step_run WHERE id = $1", [stepRunId]);
  return rows[0]?.params ?? {};
}
