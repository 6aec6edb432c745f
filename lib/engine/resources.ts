import type { ModelClient } from "@/lib/llm/model-client";
import type { Queues } from "@/lib/queues/queues";
import type { Database } from "@/lib/server/database";
import type { SecretBox } from "@/lib/server/secret-box";
import type { DuckDb } from "@/lib/tables/duckdb";

/** What the web server and the workers share; made once per process, handed to every function that has effects. */
export interface SharedResources {
  database: Database;
  queues: Queues;
  duckdb: DuckDb;
  secrets: SecretBox;
  /** Absolute. */
  dataFolder: string;
  /** Where the trainer's model server answers; null where this installation has none. */
  trainer: { url: string; token: string } | null;
  /** Absolute path of the built-in model's folder. */
  builtinModelFolder: string;
  leaseSeconds: number;
  /** Between two looks at a provider's batch. */
  batchPollSeconds: number;
  /** Hosts of private networks that pages may be fetched from. */
  privateHosts: readonly string[];
}

/** What a worker has beside that. */
export interface WorkerResources extends SharedResources {
  workerId: string;
  models: ModelClient;
}
