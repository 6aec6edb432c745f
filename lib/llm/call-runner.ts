import type { ErrorCode } from "@/lib/core/error-catalogue";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { ModelTarget, ResolvedModel } from "./endpoint";
import type { TokenUsage } from "./chat";
import type { Limiter } from "./limiter";
import { paidUsage } from "./paid-calls";
import { createServerChoice } from "./server-choice";

/** Requests for one call, by what went wrong; 429 waits in the limiter and has a bound of its own. */
const ATTEMPTS = 5;
const RATE_LIMITED_ATTEMPTS = 50;
/** For a fault that another try seldom repairs and that costs money each time. */
const ATTEMPTS_BY_CODE: Partial<Record<ErrorCode, number>> = { model_reply_empty: 2, model_reply_unfinished: 3 };
/** Times a call may move to another server of its pool, for each server. */
const MOVES_A_SERVER = 3;
const LONGEST_WAIT_MS = 8000;

/** Faults of a server rather than of the call: another one of the pool may do better. */
const SERVER_FAULTS = new Set(["model_unreachable", "model_timeout", "model_server_error", "model_key_refused", "model_not_found", "model_rate_limited", "model_credit_exhausted"]);

export interface CallToMake<Answer> {
  model: ResolvedModel;
  /** An estimate, for the limiter. */
  tokens: number;
  signal: AbortSignal;
  /** Calls it off as long as it has not been sent, and between tries; what it aborts with is thrown. */
  startSignal?: AbortSignal | undefined;
  send: (target: ModelTarget) => Promise<Answer>;
  /** Told of each reply that could not be used and was paid for. */
  onPaid?: ((usage: TokenUsage, target: ModelTarget) => void) | undefined;
}

export interface MadeCall<Answer> {
  answer: Answer;
  target: ModelTarget;
  attempts: number;
  /** Gives the place in the limiter back. */
  leave: () => void;
}

export type RunCall = <Answer>(call: CallToMake<Answer>) => Promise<MadeCall<Answer>>;

/** What went wrong with a call so far. */
class Failures {
  private failed = 0;
  private rateLimited = 0;
  private moved = 0;

  get attempts(): number {
    return this.failed + this.rateLimited + this.moved;
  }

  /** Notes that the call goes to another server at once; false where it has moved enough. */
  move(servers: number): boolean {
    if (this.moved >= MOVES_A_SERVER * servers) return false;
    this.moved += 1;
    return true;
  }

  /** Milliseconds to wait before the next attempt; null where this was the last. */
  next(error: AppError, target: ModelTarget, firstWaitMs: number): number | null {
    if (error.retry === "never") return null;
    if (error.code === "model_rate_limited") return ++this.rateLimited >= RATE_LIMITED_ATTEMPTS ? null : 0;
    const allowed = error.code === "model_unreachable" ? target.endpoint.unreachableAttempts : (ATTEMPTS_BY_CODE[error.code] ?? ATTEMPTS);
    if (++this.failed >= allowed) return null;
    return Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** (this.failed - 1)) * (0.5 + Math.random());
  }
}

/** Makes calls at one server or a pool, through the limiter, with the retries that the kind of error allows. */
export function createCallRunner(limiter: Limiter, firstWaitMs: number): RunCall {
  const servers = createServerChoice();
  return async function runCall<Answer>({ model, tokens, signal, startSignal, send, onPaid }: CallToMake<Answer>): Promise<MadeCall<Answer>> {
    const starting = startSignal ? AbortSignal.any([signal, startSignal]) : signal;
    const targets: ModelTarget[] = [model, ...(model.others ?? [])];
    const failures = new Failures();
    for (;;) {
      const target = servers.take(targets);
      const leavePlace = await limiter.enter(target.endpoint, { lane: model.lane ?? "", tokens }, starting).catch((error: unknown) => {
        servers.release(target);
        throw error;
      });
      const leave = (): void => {
        servers.release(target);
        leavePlace();
      };
      // It went down while the call waited for a place there.
      if (!servers.isUp(target) && targets.some(servers.isUp)) {
        leave();
        continue;
      }
      try {
        const answer = await send(target);
        servers.succeeded(target);
        return { answer, target, attempts: failures.attempts + 1, leave };
      } catch (error) {
        // After an error that ends the step, its other calls are called off first, before they could take this place.
        setImmediate(leave);
        if (!isAppError(error)) throw error;
        const usage = paidUsage(error);
        if (usage) onPaid?.(usage, target);
        const seconds = readRetryAfter(error);
        if (error.code === "model_rate_limited") await limiter.punish(target.endpoint, seconds);
        if (targets.length > 1 && SERVER_FAULTS.has(error.code)) {
          servers.failed(target, seconds);
          if (targets.some(servers.isUp) && failures.move(targets.length)) continue;
        }
        const pause = failures.next(error, target, firstWaitMs);
        if (pause === null) throw error;
        if (pause > 0) await wait(pause, starting);
      }
    }
  };
}

function readRetryAfter({ data }: AppError): number | null {
  return typeof data.retryAfterSeconds === "number" ? data.retryAfterSeconds : null;
}

export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
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
