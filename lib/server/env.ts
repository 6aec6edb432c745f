import { join } from "node:path";
import { z } from "zod";

/** The only reader of `process.env`. Each key is described in docs/configuration.md. */
const schema = z.object({
  DATABASE_URL: z.string().min(1, "is needed; `npm start` sets it"),
  REDIS_URL: z.string().optional(),
  REVERIE_DATA: z.string().min(1).default(join(process.cwd(), "data")),
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().default(3000),
  /** Where the trainer's model server answers, and the secret it wants. */
  TRAINER_URL: z.string().optional(),
  TRAINER_TOKEN: z.string().optional(),
  /** Key that seals the connections' API keys: 32 bytes as base64. Made in the data folder where it is not given. */
  REVERIE_SECRET_KEY: z.string().optional(),
  DUCKDB_MEMORY_MB: z.coerce.number().int().positive().default(2048),
  DUCKDB_THREADS: z.coerce.number().int().positive().optional(),
  /** Chunks a worker holds at once. */
  WORKER_CHUNKS: z.coerce.number().int().positive().default(8),
  /** Seconds until a worker that has gone silent loses its work. */
  LEASE_SECONDS: z.coerce.number().positive().default(15),
  /** Seconds between two looks at a provider's batch. */
  BATCH_POLL_SECONDS: z.coerce.number().positive().default(30),
  /** Hosts of private networks, with commas between them, that web pages may be fetched from. */
  WEB_PRIVATE_HOSTS: z.string().optional(),
});

export type Env = z.infer<typeof schema>;

let cached: Env | undefined;

export function readEnv(): Env {
  if (cached) return cached;
  const parsed = schema.safeParse(process.env);
  if (!parsed.success) throw new Error(`The environment is not right:\n${z.prettifyError(parsed.error)}`);
  cached = parsed.data;
  return cached;
}
