import { AppError } from "@/lib/core/app-error";
import { DATABASE_PROVIDER } from "@/lib/contracts/models";
import type { DatabaseAccess } from "@/lib/databases/connect-postgres";
import { unpackSecrets } from "./connection-secrets";
import type { SharedResources } from "./resources";

/** Where a database is and who reads it. Throws `database_connection_missing`. */
export async function databaseAccess(resources: Pick<SharedResources, "database" | "secrets">, id: string): Promise<DatabaseAccess> {
  const found = await resources.database.prisma.connection.findFirst({ where: { id, provider: DATABASE_PROVIDER } });
  if (!found) throw new AppError("database_connection_missing");
  const secrets = found.apiKey ? unpackSecrets(resources.secrets.open(found.apiKey, `connection:${id}`)) : {};
  return { url: found.baseUrl, password: secrets.apiKey ?? null };
}
