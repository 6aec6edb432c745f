import type { Pool } from "pg";
import { storableJson, storableText } from "@/lib/core/storable-text";
import { retryWhileAway } from "@/lib/core/transient-error";
import { createBatcher } from "./batcher";
import type { ChangedValue } from "@/lib/contracts/changed-values";
import type { TokenUsage, ToolCall } from "./chat";
import { endedByItself } from "./providers/finish-reason";

/** What a call is looked up by. */
export interface CallKeys {
  key: Buffer;
  /** The key without the limit of tokens; null for what has no such limit. */
  readonly openKey: Buffer | null;
  /** Tokens that the reply may have; null where that is left to the server. */
  maxTokens: number | null;
}

/** What the cache keeps of a call. */
export interface StoredReply extends TokenUsage {
  text: string;
  thinking: string | null;
  toolCalls: ToolCall[];
  finishReason: string | null;
  latencyMs: number;
  /** Values that were sent otherwise than they were set. */
  changed: ChangedValue[];
}

/** A reply of the cache, by the key it was kept under: that of the call, or of the same call with another limit of tokens. */
export interface FoundReply extends StoredReply {
  key: Buffer;
}

export interface NewReply {
  keys: CallKeys;
  reply: StoredReply;
  model: string;
  request: unknown;
  attempts: number;
}

/** `claimed`: this worker makes the call. `busy`: another living worker is making it now. */
export type Acquired = { state: "stored"; reply: FoundReply } | { state: "claimed" } | { state: "busy" };

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
  changed: ChangedValue[] | null;
}

const REPLY = "reply, thinking, tool_calls, finish_reason, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, latency_ms, changed";
const LOOKUP = `SELECT key, ${REPLY} FROM call_cache WHERE key = ANY($1)`;

/**
 * Replies to the same calls under other limits of tokens, that ended by themselves within the limit that is asked for: made
 * under one no higher, or counted as no longer. The first that was made, so that it is always the same one.
 */
const LOOKUP_OPEN = `
  SELECT wanted.key AS wanted, found.* FROM unnest($1::bytea[], $2::bytea[], $3::int[]) AS wanted(key, open_key, max_tokens)
  CROSS JOIN LATERAL (
    SELECT key, ${REPLY} FROM call_cache c WHERE c.open_key = wanted.open_key
      AND (wanted.max_tokens IS NULL OR c.max_tokens <= wanted.max_tokens OR (c.completion_tokens > 0 AND c.completion_tokens <= wanted.max_tokens))
    ORDER BY c.created_at, c.key LIMIT 1) found`;

/** A claim of a worker that no longer beats is taken over; one of our own is ours. */
const CLAIM = `
  INSERT INTO call_claim (key, worker_id) SELECT key, $2 FROM unnest($1::bytea[]) AS key
  ON CONFLICT (key) DO UPDATE SET worker_id = excluded.worker_id, at = now()
  WHERE call_claim.worker_id = excluded.worker_id
     OR NOT EXISTS (SELECT 1 FROM worker_process w WHERE w.id = call_claim.worker_id AND w.heartbeat_at > now() - $3 * interval '1 second')
  RETURNING key`;

const STORE = `
  WITH released AS (DELETE FROM call_claim WHERE key = ANY($1))
  INSERT INTO call_cache (key, model, request, reply, thinking, tool_calls, finish_reason, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, latency_ms, attempts, open_key, max_tokens, changed)
  SELECT * FROM unnest($1::bytea[], $2::text[], $3::jsonb[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::int[], $9::int[], $10::int[], $11::int[], $12::int[], $13::int[], $14::bytea[], $15::int[], $16::jsonb[])
  ON CONFLICT (key) DO NOTHING`;

export interface CallStore {
  /** The stored reply; null where there is none. Claims nothing. */
  find(call: CallKeys): Promise<FoundReply | null>;
  /** The stored reply, or the right to make the call. */
  acquire(call: CallKeys): Promise<Acquired>;
  /** Stores a reply and gives up the claim; resolves once it is durable. */
  store(reply: NewReply): Promise<void>;
  /** Gives up the claim of a call that failed. */
  release(key: Buffer): Promise<void>;
}

/** The call cache in Postgres. `workerId` beats in `worker_process`; a claim older than `staleSeconds` of silence is void. */
export function createCallStore(pool: Pool, workerId: string, staleSeconds: number): CallStore {
  /** Replies by the hexadecimal keys they are kept under. */
  const look = async (keys: Buffer[]): Promise<Map<string, FoundReply>> => {
    const { rows } = await pool.query<ReplyRow>({ name: "call-lookup", text: LOOKUP, values: [keys] });
    return new Map(rows.map((row) => [row.key.toString("hex"), toReply(row)]));
  };
  const findAll = async (calls: CallKeys[]): Promise<(FoundReply | null)[]> => {
    const ids = calls.map(({ key }) => key.toString("hex"));
    const found = await look(calls.map(({ key }) => key));
    const open = calls.filter((call, place) => !found.has(ids[place] ?? "") && call.openKey !== null);
    if (open.length > 0) {
      const values = [open.map(({ key }) => key), open.map(({ openKey }) => openKey), open.map(({ maxTokens }) => maxTokens)];
      const { rows } = await pool.query<ReplyRow & { wanted: Buffer }>({ name: "call-lookup-open", text: LOOKUP_OPEN, values });
      for (const row of rows) found.set(row.wanted.toString("hex"), toReply(row));
    }
    return ids.map((id) => found.get(id) ?? null);
  };
  const acquireAll = async (calls: CallKeys[]): Promise<Acquired[]> => {
    const found = await findAll(calls);
    const missing = calls.filter((_, place) => !found[place]).map(({ key }) => key);
    const claimed = new Set<string>();
    let late = new Map<string, FoundReply>();
    if (missing.length > 0) {
      const unique = [...new Map(missing.map((key) => [key.toString("hex"), key])).values()].sort((a, b) => a.compare(b));
      const { rows } = await pool.query<{ key: Buffer }>({ name: "call-claim", text: CLAIM, values: [unique, workerId, staleSeconds] });
      for (const row of rows) claimed.add(row.key.toString("hex"));
      // Between our look and our claim the other worker may have stored its reply and given up its claim.
      if (rows.length > 0) late = await look(rows.map((row) => row.key));
    }
    return calls.map(({ key }, place): Acquired => {
      const id = found[place] ? "" : key.toString("hex");
      const reply = found[place] ?? late.get(id);
      if (reply) return { state: "stored", reply };
      return { state: claimed.has(id) ? "claimed" : "busy" };
    });
  };
  const storeAll = async (replies: NewReply[]): Promise<undefined[]> => {
    const column = <Value>(pick: (one: NewReply) => Value): Value[] => replies.map(pick);
    await pool.query({
      name: "call-store",
      text: STORE,
      values: [
        column(({ keys }) => keys.key),
        column(({ model }) => storableText(model)),
        column(({ request }) => storableJson(request)),
        column(({ reply }) => storableText(reply.text)),
        column(({ reply }) => (reply.thinking === null ? null : storableText(reply.thinking))),
        column(({ reply }) => (reply.toolCalls.length === 0 ? null : storableJson(reply.toolCalls))),
        column(({ reply }) => (reply.finishReason === null ? null : storableText(reply.finishReason))),
        column(({ reply }) => reply.promptTokens),
        column(({ reply }) => reply.completionTokens),
        column(({ reply }) => reply.cachedTokens),
        column(({ reply }) => reply.reasoningTokens),
        column(({ reply }) => reply.latencyMs),
        column(({ attempts }) => attempts),
        // One that was cut answers no other limit, and one whose end is not known may have been.
        column(({ keys, reply }) => (endedByItself(reply.finishReason) ? keys.openKey : null)),
        column(({ keys }) => keys.maxTokens),
        column(({ reply }) => (reply.changed.length === 0 ? null : storableJson(reply.changed))),
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

function toReply(row: ReplyRow): FoundReply {
  return {
    key: row.key,
    text: row.reply,
    thinking: row.thinking,
    toolCalls: row.tool_calls ?? [],
    finishReason: row.finish_reason,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    cachedTokens: row.cached_tokens,
    reasoningTokens: row.reasoning_tokens,
    latencyMs: row.latency_ms,
    changed: row.changed ?? [],
  };
}
