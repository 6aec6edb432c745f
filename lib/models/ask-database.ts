import { connectPostgres } from "@/lib/databases/connect-postgres";
import { databaseAccess } from "@/lib/engine/database-access";
import type { SharedResources } from "@/lib/engine/resources";

/** Connects to a database and asks for its version. Throws `database_connection_missing`, `database_unreachable`, `database_address`. */
export async function askDatabase(resources: Pick<SharedResources, "database" | "secrets">, connectionId: string): Promise<{ reply: string; latencyMs: number }> {
  const access = await databaseAccess(resources, connectionId);
  const startedAt = performance.now();
  const client = await connectPostgres(access);
  try {
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    return { reply: `PostgreSQL ${rows[0]?.server_version ?? ""}`, latencyMs: Math.round(performance.now() - startedAt) };
  } finally {
    await client.end();
  }
}
