import type { Pool } from "pg";
import { retryWhileAway } from "@/lib/core/transient-error";

/** What the cache keeps of a call. */
export interface StoredReply {
  text: string;
  finishReason: string | null;
  promptTokens: number;
  completionTokens: number;
  latencyMs: number;
}

export interface NewReply extends StoredReply {
  key: Buffer;
  model: string;
  request: unknown;
  attempts: number;
}

/** `claimed`: this worker makes the call. `busy`: another living worker is making it now. */
export type Acquired = { state: "stored"; reply: StoredReply } | { state: "claimed" } | { state: "busy" };

interface ReplyRow {
  key: Buffer;
  reply: string;
  finish_reason: string | null;
  prompt_tokens: number;
  completion_tokens: number;
  latency_ms: number;
}

const LOOKUP = `SELECT key, reply, finish_reason, prompt_tokens, completion_tokens, latency_ms FROM call_cache WHERE key = ANY($1)`;

/** A claim of a worker that no longer beats is taken over; one of our own is ours. */
const CLAIM = `
  INSERT INTO call_claim (key, worker_id) SELECT key, $2 FROM unnest($1::bytea[]) AS key
  ON CONFLICT (key) DO UPDATE SET worker_id = excluded.worker_id, at = now()
  WHERE call_claim.worker_id = excluded.worker_id
     OR NOT EXISTS (SELECT 1 FROM worker_process w WHERE w.id = call_claim.worker_id AND w.heartbeat_at > now() - $3 * interval '1 second')
  RETURNING key`;

const STORE = `
  WITH released AS (DELETE FROM call_claim WHERE key = ANY($1))
  INSERT INTO call_cache (key, model, request, reply, finish_reason, prompt_tokens, completion_tokens, latency_ms, attempts)
  SELECT * FROM unnest($1::bytea[], $2::text[], $3::jsonb[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[])
  ON CONFLICT (key) DO NOTHING`;

const MAX_BATCH = 500;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers what is asked within one turn of the event loop, and while a batch is under way, into one statement: at 2,000
 * calls a second a statement for each would cost more than the calls.
 */
function createBatcher<Item, Result>(run: (items: Item[]) => Promise<Result[]>): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      try {
        const results = await run(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, index) => {
          resolve(results[index] as Result);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running > 0) return;
      running += 1;
      setImmediate(() => {
        void drain().finally(() => {
          running -= 1;
        });
      });
    });
}

export interface CallStore {
  /** The stored reply, or the right to make the call. */
  acquire(key: Buffer): Promise<Acquired>;
  /** Stores a reply and gives up the claim; resolves once it is durable. */
  store(reply: NewReply): Promise<void>;
  /** Gives up the claim of a call that failed. */
  release(key: Buffer): Promise<void>;
}

/** The call cache in Postgres. `workerId` beats in `worker_process`; a claim older than `staleSeconds` of silence is void. */
export function createCallStore(pool: Pool, workerId: string, staleSeconds: number): CallStore {
  const acquireAll = async (keys: Buffer[]): Promise<Acquired[]> => {
    const found = new Map<string, StoredReply>();
    const look = async (wanted: Buffer[]): Promise<void> => {
      const { rows } = await pool.query<ReplyRow>({ name: "call-lookup", text: LOOKUP, values: [wanted] });
      for (const row of rows) found.set(row.key.toString("hex"), toReply(row));
    };
    await look(keys);
    const missing = keys.filter((key) => !found.has(key.toString("hex")));
    const claimed = new Set<string>();
    if (missing.length > 0) {
      const unique = [...new Map(missing.map((key) => [key.toString("hex"), key])).values()].sort((a, b) => a.compare(b));
      const { rows } = await pool.query<{ key: Buffer }>({ name: "call-claim", text: CLAIM, values: [unique, workerId, staleSeconds] });
      for (const row of rows) claimed.add(row.key.toString("hex"));
      // Between our look and our claim the other worker may have stored its reply and given up its claim.
      if (rows.length > 0) await look(rows.map((row) => row.key));
    }
    return keys.map((key): Acquired => {
      const reply = found.get(key.toString("hex"));
      if (reply) return { state: "stored", reply };
      return { state: claimed.has(key.toString("hex")) ? "claimed" : "busy" };
    });
  };
  const storeAll = async (replies: NewReply[]): Promise<undefined[]> => {
    const column = <Value>(pick: (reply: NewReply) => Value): Value[] => replies.map(pick);
    await pool.query({
      name: "call-store",
      text: STORE,
      values: [
        column((reply) => reply.key),
        column((reply) => reply.model),
        // PostgreSQL's text and jsonb cannot hold U+0000.
        column((reply) => JSON.stringify(reply.request).replaceAll("\\u0000", "\\ufffd")),
        column((reply) => reply.text.replaceAll("\0", "\ufffd")),
        column((reply) => reply.finishReason),
        column((reply) => reply.promptTokens),
        column((reply) => reply.completionTokens),
        column((reply) => reply.latencyMs),
        column((reply) => reply.attempts),
      ],
    });
    return replies.map(() => undefined);
  };
  const releaseAll = async (keys: Buffer[]): Promise<undefined[]> => {
    await pool.query({ name: "call-release", text: "DELETE FROM call_claim WHERE key = ANY($1) AND worker_id = $2", values: [keys, workerId] });
    return keys.map(() => undefined);
  };
  // All three are safe to do twice, and a reply that was paid for must not be lost to a dropped connection.
  const patient = <Item, Result>(run: (items: Item[]) => Promise<Result[]>) => createBatcher((items: Item[]) => retryWhileAway(() => run(items)));
  return { acquire: patient(acquireAll), store: patient(storeAll), release: patient(releaseAll) };
}

function toReply(row: ReplyRow): StoredReply {
  return {
    text: row.reply,
    finishReason: row.finish_reason,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    latencyMs: row.latency_ms,
  };
}
