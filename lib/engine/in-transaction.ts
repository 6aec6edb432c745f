import type { PoolClient } from "pg";
import type { SharedResources } from "./resources";

/** Runs `work` in a transaction on one connection; rolled back where it throws. */
export async function inTransaction<Result>(resources: Pick<SharedResources, "database">, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await resources.database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
