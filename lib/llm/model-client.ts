import type { Pool } from "pg";
import { isAppError, type AppError } from "@/lib/core/app-error";
import { makeCallKeys } from "./call-key";
import { createCallRunner, wait } from "./call-runner";
import { costOfCall } from "./call-cost";
import { createCallStore, type CallKeys, type FoundReply, type NewReply } from "./call-store";
import type { CallExtras, CallRecord, ChatMessage, Completion, Sampling, TokenUsage } from "./chat";
import { classificationTask } from "./classifier";
import { embeddingTask } from "./embedder";
import type { ModelTarget, ResolvedModel } from "./endpoint";
import { createLimiter } from "./limiter";
import { callChat, refuseChanged, type ChatAnswer } from "./provider-call";
import { normaliseFinish } from "./providers/finish-reason";
import type { ClassificationOptions, EmbeddingOptions, LabelScores } from "./providers/protocol";
import { createTextCaller, type TextAnswers, type TextCall } from "./text-caller";

const CALL_TIMEOUT_MS = 180_000;
const FIRST_WAIT_MS = 500;
const BUSY_POLL_MS = 250;
const CHARACTERS_PER_TOKEN = 4;
/** What providers count for an image of middling size. */
const TOKENS_PER_IMAGE = 1000;

/** Errors after which no other row can succeed either: the step stops at once. */
const FATAL = new Set(["model_key_refused", "model_not_found", "model_credit_exhausted", "model_feature_missing", "model_value_refused", "local_model_unusable", "model_unreachable", "request_field_taken", "model_redirected", "model_access_denied", "trainer_unavailable", "connection_missing", "connection_settings_missing", "model_missing"]);

export function isFatalForStep(error: AppError): boolean {
  return FATAL.has(error.code);
}

export interface CallOptions {
  model: ResolvedModel;
  messages: ChatMessage[];
  sampling: Sampling;
  /** Schema, tools, thinking. Not changed once given: its text is kept. */
  extras?: CallExtras;
  /** As in `ChatCall`. */
  isExact?: boolean;
  /** Tells apart calls that are otherwise the same; also added to the seed where there is one. */
  sample: number;
  signal: AbortSignal;
  /** Calls it off as long as it has not been sent, and between tries; what it aborts with is thrown. */
  startSignal?: AbortSignal;
  /** Told of each reply that could not be used and was paid for all the same; not of the one that is returned. */
  onWasted?: (spent: Pick<CallRecord, "promptTokens" | "completionTokens" | "costMicros">) => void;
}

export interface ModelClient {
  /** One call, through cache, limiter and retries. Throws an AppError with the code of the last failure. */
  complete(call: CallOptions): Promise<Completion>;
  /** The reply to a call where it is kept, as one that this call paid `share` of the price for, or none; null where it is not. Calls nobody. */
  recall(call: PlainCall, keys: CallKeys, share: number): Promise<Completion | null>;
  /** Keeps a reply that came another way than by `complete`. Resolves once it is durable. */
  keep(reply: NewReply): Promise<void>;
  /** Vectors of texts, through cache, limiter and retries; what is asked for at once is sent together. */
  embed(call: TextCall<EmbeddingOptions>): Promise<TextAnswers<Float32Array>>;
  /** Label scores of texts, likewise. */
  classify(call: TextCall<ClassificationOptions>): Promise<TextAnswers<LabelScores>>;
  close(): void;
}

export type PlainCall = Omit<CallOptions, "signal" | "startSignal" | "onWasted">;

export function keysOfCall({ model, sampling, messages, sample, extras }: PlainCall): CallKeys {
  return makeCallKeys(model.identity, sampling, messages, sample, extras);
}

/** Sampling as it is sent: the seed of each sample is another one. */
export function samplingOf({ sampling, sample }: PlainCall): Sampling {
  return { ...sampling, seed: sampling.seed === null ? null : sampling.seed + sample };
}

/** A reply as the cache keeps it. Member by member: this is done for each call, and a spread takes many times as long. */
export function toStored({ reply, changed }: Pick<ChatAnswer, "reply" | "changed">, key: Buffer, latencyMs: number): FoundReply {
  const { text, thinking, toolCalls, finishReason, promptTokens, completionTokens, cachedTokens, reasoningTokens } = reply;
  return { key, text, thinking, toolCalls, finishReason, promptTokens, completionTokens, cachedTokens, reasoningTokens, latencyMs, changed };
}

interface Obtained {
  reply: FoundReply;
  /** 0 where it was stored. */
  attempts: number;
  target: ModelTarget;
}

export function createModelClient(options: { pool: Pool; workerId: string; staleSeconds: number; timeoutMs?: number; firstWaitMs?: number }): ModelClient {
  const { pool, workerId, staleSeconds, timeoutMs = CALL_TIMEOUT_MS, firstWaitMs = FIRST_WAIT_MS } = options;
  const store = createCallStore(pool, workerId, staleSeconds);
  const limiter = createLimiter(pool, workerId);
  const runCall = createCallRunner(limiter, firstWaitMs);
  const inFlight = new Map<string, Promise<Obtained>>();

  async function callAndStore(call: CallOptions, keys: CallKeys): Promise<Obtained> {
    const { messages, extras = {}, isExact = false, signal, startSignal } = call;
    const sampling = samplingOf(call);
    let startedAt = 0;
    let leave: (() => void) | null = null;
    try {
      const send = (target: ModelTarget) => {
        // What is kept is what the server took; the wait for a place says nothing of the model.
        startedAt = performance.now();
        return callChat(target, { messages, sampling, extras, isExact }, { timeoutMs, signal });
      };
      const onPaid = (usage: TokenUsage, { endpoint, model }: ModelTarget): void =>
        call.onWasted?.({ promptTokens: usage.promptTokens, completionTokens: usage.completionTokens, costMicros: costOfCall(usage, endpoint.prices.get(model)) });
      const made = await runCall({ model: call.model, tokens: estimateTokens(call), signal, startSignal, send, onPaid });
      ({ leave } = made);
      const reply = toStored(made.answer, keys.key, Math.round(performance.now() - startedAt));
      // The place is held until the reply is durable, so that a crash repeats at most what was in flight.
      await store.store({ keys, reply, model: made.target.model, request: made.answer.sent, attempts: made.attempts });
      return { reply, attempts: made.attempts, target: made.target };
    } catch (error) {
      // Not waited for: the caller has to know at once. A claim that stays is ours, or void once we are gone.
      void store.release(keys.key).catch(() => undefined);
      throw error;
    } finally {
      leave?.();
    }
  }

  async function obtain(call: CallOptions, keys: CallKeys): Promise<Obtained> {
    for (;;) {
      const acquired = await store.acquire(keys);
      if (acquired.state === "stored") return { reply: acquired.reply, attempts: 0, target: call.model };
      if (acquired.state === "claimed") return callAndStore(call, keys);
      await wait(BUSY_POLL_MS, call.signal);
    }
  }

  return {
    async complete(call) {
      const keys = keysOfCall(call);
      const id = keys.key.toString("hex");
      for (let same = inFlight.get(id); same; same = inFlight.get(id)) {
        try {
          return toCompletion(call, { ...(await same), attempts: 0 });
        } catch (error) {
          // The one who made the call was cancelled; we were not, so the call is ours now.
          if (!isAppError(error) || error.code !== "cancelled" || call.signal.aborted) throw error;
        }
      }
      const made = obtain(call, keys);
      made.catch(() => undefined);
      inFlight.set(id, made);
      try {
        return toCompletion(call, await made);
      } finally {
        inFlight.delete(id);
      }
    },
    async recall(call, keys, share) {
      const reply = await store.find(keys);
      // A reply under another limit of tokens was paid for by the call that had that limit.
      const isPaid = share > 0 && reply?.key.equals(keys.key) === true;
      return reply && toCompletion(call, { reply, attempts: isPaid ? 1 : 0, target: call.model }, share);
    },
    keep: (reply) => store.store(reply),
    embed: createTextCaller(embeddingTask(pool), { runCall, timeoutMs }),
    classify: createTextCaller(classificationTask(pool, store), { runCall, timeoutMs }),
    close() {
      limiter.close();
    },
  };
}

export function estimateTokens({ messages, sampling, extras }: PlainCall): number {
  let characters = extras ? JSON.stringify(extras).length : 0;
  let images = 0;
  for (const { content } of messages) {
    if (typeof content === "string") characters += content.length;
    else
      for (const part of content) {
        if (part.type === "text") characters += part.text.length;
        else images += 1;
      }
  }
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + images * TOKENS_PER_IMAGE + (sampling.maxTokens ?? 0);
}

/** Throws `model_value_refused` for a reply that was kept of a call which took other values, where this one wants its own. */
function toCompletion({ isExact }: Pick<PlainCall, "isExact">, { reply, attempts, target }: Obtained, share = 1): Completion {
  if (isExact && reply.changed.length > 0) throw refuseChanged(target, reply.changed, ["so was the reply that is kept"]);
  const cached = attempts === 0;
  const { latencyMs, promptTokens, completionTokens, cachedTokens, reasoningTokens } = reply;
  const costMicros = cached ? 0 : costOfCall(reply, target.endpoint.prices.get(target.model), share);
  const finishReason = normaliseFinish(reply.finishReason);
  return {
    text: reply.text,
    thinking: reply.thinking,
    toolCalls: reply.toolCalls,
    finishReason,
    truncated: finishReason === "length",
    usage: { promptTokens, completionTokens, cachedTokens, reasoningTokens },
    changed: reply.changed,
    record: { key: reply.key.toString("hex"), cached, attempts, latencyMs, promptTokens, completionTokens, costMicros },
  };
}
