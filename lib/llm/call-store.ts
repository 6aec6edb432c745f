import type { Pool } from "pg";
import { storableJson, storableText } from "@/lib/core/storable-text";
import { retryWhileAway } from "@/lib/core/transient-error";
import { createBatcher } from "./batcher";
import type { TokenUsage, ToolCall } from "./chat";

/** What the cache keeps of a call. */
export interface StoredReply extends TokenUsage {
  text: string;
  thinking: string | null;
  toolCalls: ToolCall[];
  finishReason: string | null;
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
  thinking: string | null;
  tool_calls: ToolCall[] | null;
  finish_reason: string | null;
  prompt_tokens: number;
  completion_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  latency_ms: number;
}

const LOOKUP = `SELECT key, reply, thinking, tool_calls, finish_reason, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, latency_ms FROM call_cache WHERE key = ANY($1)`;

/** A claim of a worker that no longer beats is taken over; one of our own is ours. */
const CLAIM = `
  INSERT INTO call_claim (key, worker_id) SELECT key, $2 FROM unnest($1::bytea[]) AS key
  ON CONFLICT (key) DO UPDATE SET worker_id = excluded.worker_id, at = now()
  WHERE call_claim.worker_id = excluded.worker_id
     OR NOT EXISTS (SELECT 1 FROM worker_process w WHERE w.id = call_claim.worker_id AND w.heartbeat_at > now() - $3 * interval '1 second')
  RETURNING key`;

const STORE = `
  WITH released AS (DELETE FROM call_claim WHERE key = ANY($1))
  INSERT INTO call_cache (key, model, request, reply, thinking, tool_calls, finish_reason, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, latency_ms, attempts)
  SELECT * FROM unnest($1::bytea[], $2::text[], $3::jsonb[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::int[], $9::int[], $10::int[], $11::int[], $12::int[], $13::int[])
  ON CONFLICT (key) DO NOTHING`;

export interface CallStore {
  /** The stored reply; null where there is none. Claims nothing. */
  find(key: Buffer): Promise<StoredReply | null>;
  /** The stored reply, or the right to make the call. */
  acquire(key: Buffer): Promise<Acquired>;
  /** Stores a reply and gives up the claim; resolves once it is durable. */
  store(reply: NewReply): Promise<void>;
  /** Gives up the claim of a call that failed. */
  release(key: Buffer): Promise<void>;
}

/** The call cache in Postgres. `workerId` beats in `worker_process`; a claim older than `staleSeconds` of silence is void. */
export function createCallStore(pool: Pool, workerId: string, staleSeconds: number): CallStore {
  const findAll = async (keys: Buffer[]): Promise<(StoredReply | null)[]> => {
    const { rows } = await pool.query<ReplyRow>({ name: "call-lookup", text: LOOKUP, values: [keys] });
    const found = new Map(rows.map((row) => [row.key.toString("hex"), toReply(row)]));
    return keys.map((key) => found.get(key.toString("hex")) ?? null);
  };
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
        column((reply) => storableText(reply.model)),
        column((reply) => storableJson(reply.request)),
        column((reply) => storableText(reply.text)),
        column((reply) => (reply.thinking === null ? null : storableText(reply.thinking))),
        column((reply) => (reply.toolCalls.length === 0 ? null : storableJson(reply.toolCalls))),
        column((reply) => (reply.finishReason === null ? null : storableText(reply.finishReason))),
        column((reply) => reply.promptTokens),
        column((reply) => reply.completionTokens),
        column((reply) => reply.cachedTokens),
        column((reply) => reply.reasoningTokens),
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
  return { find: patient(findAll), acquire: patient(acquireAll), store: patient(storeAll), release: patient(releaseAll) };
}

function toReply(row: ReplyRow): StoredReply {
  return {
    text: row.reply,
    thinking: row.thinking,
    toolCalls: row.tool_calls ?? [],
    finishReason: row.finish_reason,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    cachedTokens: row.cached_tokens,
    reasoningTokens: row.reasoning_tokens,
    latencyMs: row.latency_ms,
  };
}
