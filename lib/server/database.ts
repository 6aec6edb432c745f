import { PrismaPg } from "@prisma/adapter-pg";
import { Pool } from "pg";
import { surviveLostClients } from "./lost-clients";
import { PrismaClient } from "./prisma-client/client";

/** Prisma for what people change, the pool for the engine's hot paths (compare-and-set, batches); both on the same server. */
export interface Database {
  prisma: PrismaClient;
  pool: Pool;
  url: string;
  close(): Promise<void>;
}

export function openDatabase(url: string, options: { maxConnections: number }): Database {
  const pool = new Pool({ connectionString: url, max: options.maxConnections, idleTimeoutMillis: 30_000, connectionTimeoutMillis: 10_000, ...surviveLostClients });
  // An idle connection that the server closed is replaced by the pool; without a listener Node would end the process.
  pool.on("error", () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 5, ...surviveLostClients }) });
  return {
    prisma,
    pool,
    url,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
