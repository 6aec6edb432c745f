import type { Pool } from "pg";
import { z } from "zod";
import { AppError, isAppError } from "@/lib/core/app-error";
import { makeCallKey } from "./call-key";
import { createCallStore, type StoredReply } from "./call-store";
import type { ChatMessage, Completion, Sampling } from "./chat";
import type { Endpoint, ResolvedModel } from "./endpoint";
import { createLimiter } from "./limiter";
import { describeStatus, type ParsedReply } from "./providers/protocol";
import { protocols } from "./providers/protocols";
import { send } from "./transport";

const CALL_TIMEOUT_MS = 180_000;
/** Requests for one call, by what went wrong; 429 waits in the limiter and has a bound of its own. */
const ATTEMPTS = 5;
const RATE_LIMITED_ATTEMPTS = 50;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const BUSY_POLL_MS = 250;
const CHARACTERS_PER_TOKEN = 4;

/** Errors after which no other row can succeed either: the step stops at once. */
const FATAL = new Set(["model_key_refused", "model_not_found", "model_unreachable", "trainer_unavailable", "connection_missing", "model_missing"]);

export function isFatalForStep(error: AppError): boolean {
  return FATAL.has(error.code);
}

export interface CallOptions {
  model: ResolvedModel;
  messages: ChatMessage[];
  sampling: Sampling;
  /** Tells apart calls that are otherwise the same; also added to the seed where there is one. */
  sample: number;
  signal: AbortSignal;
  /** Calls it off as long as it has not been sent, and between tries; what it aborts with is thrown. */
  startSignal?: AbortSignal;
}

export interface ModelClient {
  /** One call, through cache, limiter and retries. Throws an AppError with the code of the last failure. */
  complete(call: CallOptions): Promise<Completion>;
  close(): void;
}

export function createModelClient(options: { pool: Pool; workerId: string; staleSeconds: number; timeoutMs?: number; firstWaitMs?: number }): ModelClient {
  const { pool, workerId, staleSeconds, timeoutMs = CALL_TIMEOUT_MS, firstWaitMs = FIRST_WAIT_MS } = options;
  const store = createCallStore(pool, workerId, staleSeconds);
  const limiter = createLimiter(pool, workerId);
  const inFlight = new Map<string, Promise<StoredReply>>();

  async function attempt(call: CallOptions, body: string): Promise<ParsedReply> {
    const { endpoint, model } = call.model;
    const protocol = protocols[endpoint.provider];
    const reply = await send({ endpoint, method: "POST", path: protocol.path, headers: protocol.headers(endpoint), body, timeoutMs, signal: call.signal });
    if (reply.status >= 300) {
      const error = describeStatus(reply, endpoint, model);
      if (error.code === "model_rate_limited") await limiter.punish(endpoint, reply.retryAfterSeconds);
      throw error;
    }
    return readReply(reply.text, endpoint);
  }

  /** Retries within the place held in the limiter, except on 429, when the place is given back first. */
  async function request(call: CallOptions, body: string): Promise<ParsedReply & { attempts: number; leave: () => void }> {
    const tokens = Math.ceil(body.length / CHARACTERS_PER_TOKEN) + (call.sampling.maxTokens ?? 0);
    const starting = call.startSignal ? AbortSignal.any([call.signal, call.startSignal]) : call.signal;
    let failures = 0;
    let rateLimited = 0;
    for (;;) {
      const leave = await limiter.enter(call.model.endpoint, tokens, starting);
      try {
        const reply = await attempt(call, body);
        return { ...reply, attempts: failures + rateLimited + 1, leave };
      } catch (error) {
        // After an error that ends the step, its other calls are called off first, before they could take this place.
        setImmediate(leave);
        if (!isAppError(error) || error.retry === "never") throw error;
        if (error.code === "model_rate_limited") rateLimited += 1;
        else failures += 1;
        const allowed = error.code === "model_unreachable" ? call.model.endpoint.unreachableAttempts : ATTEMPTS;
        if (failures >= allowed || rateLimited >= RATE_LIMITED_ATTEMPTS) throw error;
        if (error.code !== "model_rate_limited") await wait(Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** (failures - 1)) * (0.5 + Math.random()), starting);
      }
    }
  }

  async function callAndStore(call: CallOptions, key: Buffer): Promise<{ reply: StoredReply; attempts: number }> {
    const { endpoint, model } = call.model;
    const seed = call.sampling.seed === null ? null : call.sampling.seed + call.sample;
    const requestBody = protocols[endpoint.provider].body(model, call.messages, { ...call.sampling, seed });
    const startedAt = performance.now();
    let leave: (() => void) | null = null;
    try {
      const parsed = await request(call, JSON.stringify(requestBody));
      ({ leave } = parsed);
      if (parsed.text === "") throw new AppError("model_reply_empty", { connection: endpoint.name });
      const reply: StoredReply = {
        text: parsed.text,
        finishReason: parsed.finishReason,
        promptTokens: parsed.promptTokens,
        completionTokens: parsed.completionTokens,
        latencyMs: Math.round(performance.now() - startedAt),
      };
      // The place is held until the reply is durable, so that a crash repeats at most what was in flight.
      await store.store({ key, model, request: requestBody, attempts: parsed.attempts, ...reply });
      return { reply, attempts: parsed.attempts };
    } catch (error) {
      // Not waited for: the caller has to know at once. A claim that stays is ours, or void once we are gone.
      void store.release(key).catch(() => undefined);
      throw error;
    } finally {
      leave?.();
    }
  }

  async function obtain(call: CallOptions, key: Buffer): Promise<{ reply: StoredReply; attempts: number }> {
    for (;;) {
      const acquired = await store.acquire(key);
      if (acquired.state === "stored") return { reply: acquired.reply, attempts: 0 };
      if (acquired.state === "claimed") return callAndStore(call, key);
      await wait(BUSY_POLL_MS, call.signal);
    }
  }

  return {
    async complete(call) {
      const key = makeCallKey(call.model.identity, call.sampling, call.messages, call.sample);
      const id = key.toString("hex");
      for (let same = inFlight.get(id); same; same = inFlight.get(id)) {
        try {
          return toCompletion(call, id, await same, 0);
        } catch (error) {
          // The one who made the call was cancelled; we were not, so the call is ours now.
          if (!isAppError(error) || error.code !== "cancelled" || call.signal.aborted) throw error;
        }
      }
      const made = obtain(call, key);
      const shared = made.then(({ reply }) => reply);
      shared.catch(() => undefined);
      inFlight.set(id, shared);
      try {
        const { reply, attempts } = await made;
        return toCompletion(call, id, reply, attempts);
      } finally {
        inFlight.delete(id);
      }
    },
    close() {
      limiter.close();
    },
  };
}

function readReply(text: string, endpoint: Endpoint): ParsedReply {
  try {
    return protocols[endpoint.provider].parse(JSON.parse(text));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : `“${text.slice(0, 120)}”`;
    throw new AppError("model_reply_invalid", { connection: endpoint.name, detail }, { cause: error });
  }
}

function toCompletion(call: CallOptions, key: string, reply: StoredReply, attempts: number): Completion {
  const price = call.model.endpoint.prices.get(call.model.model);
  const cached = attempts === 0;
  // Dollars a million tokens is millionths of a dollar a token.
  const costMicros = price && !cached ? Math.round(reply.promptTokens * price.input + reply.completionTokens * price.output) : 0;
  return {
    text: reply.text,
    finishReason: reply.finishReason,
    record: { key, cached, attempts, latencyMs: reply.latencyMs, promptTokens: reply.promptTokens, completionTokens: reply.completionTokens, costMicros },
  };
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(isAppError(signal.reason) ? signal.reason : new AppError("cancelled"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
