import { storableJson } from "@/lib/core/storable-text";
import { AppError, type ErrorRecord } from "@/lib/core/app-error";
import { retryWhileAway } from "@/lib/core/transient-error";
import { BATCH_SHARE } from "@/lib/contracts/prices";
import { batchesOf } from "@/lib/llm/batches/batch-protocol";
import { createBatcher } from "@/lib/llm/batcher";
import type { Completion } from "@/lib/llm/chat";
import type { ResolvedModel } from "@/lib/llm/endpoint";
import type { CallKeys } from "@/lib/llm/call-store";
import { estimateTokens, keysOfCall, samplingOf, type PlainCall } from "@/lib/llm/model-client";
import { writeChat, type ChatCall } from "@/lib/llm/provider-call";
import type { LeasedChunk } from "../chunk-lease";
import type { WorkerResources } from "../resources";

/** A call as it is stored until it is answered. */
export type StoredCall = ChatCall;

interface NewCall extends CallKeys {
  call: StoredCall;
  bytes: number;
  promptTokens: number;
  completionTokens: number;
}

interface KnownCall {
  error: ErrorRecord | null;
  /** It was sent for this chunk, and so is on its bill. */
  isOurs: boolean;
}

const KNOWN = "SELECT key, error, batch_id IS NOT NULL AS ours FROM batch_call WHERE chunk_id = $1";
const REGISTER = `
  INSERT INTO batch_call (chunk_id, step_run_id, key, open_key, max_tokens, call, bytes, prompt_tokens, completion_tokens)
  SELECT $1, $2, * FROM unnest($3::bytea[], $4::bytea[], $5::int[], $6::jsonb[], $7::int[], $8::int[], $9::int[]) ON CONFLICT (chunk_id, key) DO NOTHING`;

/** Calls of a chunk that go in a batch. */
export interface ParkedCalls {
  /** The reply, once its batch has answered. Till then it notes the call down and throws `batch_waiting`. */
  complete(call: PlainCall): Promise<Completion>;
  /** Resolves when all that was noted down is stored; true where anything was. */
  settle(): Promise<boolean>;
}

/** Calls noted down for a batch, of the model's first server. Throws `model_feature_missing` where that takes none. */
export async function openParkedCalls({ models, database: { pool } }: WorkerResources, chunk: Pick<LeasedChunk, "id" | "stepRunId">, model: ResolvedModel): Promise<ParkedCalls> {
  const protocol = batchesOf(model);
  const { rows } = await retryWhileAway(() => pool.query<{ key: Buffer; error: ErrorRecord | null; ours: boolean }>(KNOWN, [chunk.id]));
  const known = new Map(rows.map(({ key, error, ours }): [string, KnownCall] => [key.toString("hex"), { error, isOurs: ours }]));
  const noted: Promise<unknown>[] = [];
  const register = createBatcher(async (calls: NewCall[]) => {
    const column = <Value>(pick: (call: NewCall) => Value): Value[] => calls.map(pick);
    const values = [column(({ key }) => key), column(({ openKey }) => openKey), column(({ maxTokens }) => maxTokens), column(({ call }) => storableJson(call)), column(({ bytes }) => bytes), column((call) => call.promptTokens), column((call) => call.completionTokens)];
    await retryWhileAway(() => pool.query({ name: "batch-register", text: REGISTER, values: [chunk.id, chunk.stepRunId, ...values] }));
    return calls.map(() => undefined);
  });

  function note(call: PlainCall, keys: CallKeys): void {
    const stored = { messages: call.messages, sampling: samplingOf(call), extras: call.extras ?? {}, ...(call.isExact && { isExact: true }) };
    const bytes = Buffer.byteLength(protocol.write(model, keys.key.toString("hex"), writeChat(model, stored).body));
    if (bytes > protocol.mostBytes) throw new AppError("model_request_refused", { connection: model.endpoint.name, status: 413, detail: `a request of ${String(bytes)} bytes` });
    const completionTokens = call.sampling.maxTokens ?? 0;
    const made = register({ ...keys, call: stored, bytes, promptTokens: estimateTokens(call) - completionTokens, completionTokens });
    // Awaited in `settle`; till then a failure must not end the process.
    made.catch(() => undefined);
    noted.push(made);
  }

  return {
    async complete(call) {
      const keys = keysOfCall(call);
      const id = keys.key.toString("hex");
      const earlier = known.get(id);
      const completion = await models.recall(call, keys, earlier?.isOurs ? BATCH_SHARE : 0);
      if (completion) return completion;
      if (earlier?.error) throw new AppError(earlier.error.code, earlier.error.data);
      note(call, keys);
      throw new AppError("batch_waiting");
    },
    async settle() {
      await Promise.all(noted);
      return noted.length > 0;
    },
  };
}

