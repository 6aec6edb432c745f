import type { Pool } from "pg";
import { logger } from "@/lib/core/logger";
import type { Endpoint } from "./endpoint";

const SYNC_MS = 400;
/** A worker that has not synced for this long is not counted. */
const SHARE_TTL_SECONDS = 3;
/** On a burst of 429 the ceiling is cut once; multiplicative decrease, additive increase (AIMD). */
const CUT = 0.75;
const RECOVERY_PER_SECOND = 0.05;
const DEFAULT_RETRY_AFTER_SECONDS = 2;

const SYNC = `
  WITH share AS (
    INSERT INTO limiter_share (connection_id, worker_id, wanted, at) VALUES ($1, $2, $3, now())
    ON CONFLICT (connection_id, worker_id) DO UPDATE SET wanted = excluded.wanted, at = now()
  ), state AS (
    INSERT INTO limiter AS l (connection_id, ceiling, refilled_at, request_allowance, token_allowance)
    VALUES ($1, $4, now(), COALESCE($5::float, 0) / 60, COALESCE($6::float, 0) / 60)
    ON CONFLICT (connection_id) DO UPDATE SET
      ceiling = LEAST($4, CASE
        WHEN l.last_cut_at IS NULL THEN $4
        WHEN l.last_cut_at < now() - interval '3 seconds'
          THEN l.ceiling + GREATEST(1, $4 * ${String(RECOVERY_PER_SECOND)}) * LEAST(5, EXTRACT(epoch FROM now() - l.refilled_at))
        ELSE l.ceiling END),
      request_allowance = LEAST(GREATEST(1, COALESCE($5::float, 0) / 60), l.request_allowance + EXTRACT(epoch FROM now() - l.refilled_at) * COALESCE($5::float, 0) / 60),
      token_allowance = LEAST(COALESCE($6::float, 0) / 6, l.token_allowance + EXTRACT(epoch FROM now() - l.refilled_at) * COALESCE($6::float, 0) / 60),
      refilled_at = now()
    RETURNING ceiling, request_allowance, token_allowance, GREATEST(0, EXTRACT(epoch FROM blocked_until - now())) AS blocked_seconds
  )
  SELECT state.*, (SELECT count(*) FROM limiter_share s WHERE s.connection_id = $1 AND s.worker_id <> $2 AND s.wanted > 0
    AND s.at > now() - interval '${String(SHARE_TTL_SECONDS)} seconds') AS others FROM state`;

/** Takes what is asked from the allowance, as far as there is any; may go below zero for tokens, and then waits. */
const TAKE = `UPDATE limiter SET request_allowance = request_allowance - $2, token_allowance = token_allowance - $3 WHERE connection_id = $1`;

const PUNISH = `
  UPDATE limiter SET
    ceiling = CASE WHEN last_cut_at IS NULL OR last_cut_at < now() - interval '1 second' THEN GREATEST(1, ceiling * ${String(CUT)}) ELSE ceiling END,
    last_cut_at = now(),
    blocked_until = GREATEST(blocked_until, now() + $2 * interval '1 second')
  WHERE connection_id = $1`;

/** The limit still holds in this worker; the others hear of it with the next sync that gets through. */
function reportUnshared(error: unknown): void {
  logger.warn("limiter_not_shared", { detail: error instanceof Error ? error.message : String(error) });
}

interface Waiter {
  lane: string;
  tokens: number;
  start(): void;
}

export interface Limiter {
  /**
   * Waits for a place; `tokens` is an estimate. The returned function gives the place back. Calls of different lanes, such as
   * those of two runs, are let in by turns, so that none waits behind all that another has to ask.
   */
  enter(endpoint: Endpoint, call: { lane: string; tokens: number }, signal: AbortSignal): Promise<() => void>;
  /** The endpoint answered 429: cut the ceiling for all workers and keep away for as long as it asks. */
  punish(endpoint: Endpoint, retryAfterSeconds: number | null): Promise<void>;
  close(): void;
}

/** State of one endpoint in this process: its share of the ceiling, refreshed from Postgres while there is work. */
class Gate {
  private inFlight = 0;
  private allowed = 0;
  private requests = 0;
  private tokens = 0;
  private blockedUntil = 0;
  /** Those that wait, by lane; the lane whose turn it is stands first. */
  private readonly lanes = new Map<string, Waiter[]>();
  private timer: NodeJS.Timeout | null = null;
  private syncing = false;

  constructor(
    private readonly pool: Pool,
    private readonly workerId: string,
    private endpoint: Endpoint,
  ) {}

  update(endpoint: Endpoint): void {
    this.endpoint = endpoint;
  }

  enter({ lane, tokens }: { lane: string; tokens: number }, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        lane,
        tokens,
        start: () => {
          signal.removeEventListener("abort", abort);
          this.inFlight += 1;
          let left = false;
          resolve(() => {
            if (left) return;
            left = true;
            this.inFlight -= 1;
            this.pump();
          });
        },
      };
      const abort = (): void => {
        this.setLane(lane, (this.lanes.get(lane) ?? []).filter((other) => other !== waiter));
        reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      };
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener("abort", abort, { once: true });
      const others = this.lanes.get(lane);
      if (others) others.push(waiter);
      else this.lanes.set(lane, [waiter]);
      this.pump();
      this.schedule(0);
    });
  }

  block(seconds: number): void {
    this.blockedUntil = Math.max(this.blockedUntil, Date.now() + seconds * 1000);
    this.allowed = Math.max(1, Math.floor(this.allowed * CUT));
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private get waiting(): number {
    let count = 0;
    for (const waiters of this.lanes.values()) count += waiters.length;
    return count;
  }

  private setLane(lane: string, waiters: Waiter[]): void {
    if (waiters.length > 0) this.lanes.set(lane, waiters);
    else this.lanes.delete(lane);
  }

  /** The first of the lane whose turn it is, which then stands last. */
  private takeNext(): Waiter | undefined {
    for (const [lane, waiters] of this.lanes) {
      const next = waiters.shift();
      this.lanes.delete(lane);
      this.setLane(lane, waiters);
      return next;
    }
    return undefined;
  }

  /** Lets in as many as the share, the allowances and the block permit. */
  private pump(): void {
    const { requestsPerMinute, tokensPerMinute } = this.endpoint;
    let takenRequests = 0;
    let takenTokens = 0;
    while (this.lanes.size > 0 && this.inFlight < this.allowed && Date.now() >= this.blockedUntil) {
      if (requestsPerMinute !== null && this.requests < 1) break;
      if (tokensPerMinute !== null && this.tokens <= 0) break;
      const next = this.takeNext();
      if (!next) break;
      this.requests -= 1;
      this.tokens -= next.tokens;
      takenRequests += 1;
      takenTokens += next.tokens;
      next.start();
    }
    if (takenRequests > 0 && (requestsPerMinute !== null || tokensPerMinute !== null)) {
      void this.pool.query(TAKE, [this.endpoint.id, takenRequests, takenTokens]).catch(reportUnshared);
    }
  }

  private schedule(delay: number): void {
    if (this.timer || this.syncing) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.sync();
    }, delay);
  }

  private async sync(): Promise<void> {
    this.syncing = true;
    const { id, concurrency, requestsPerMinute, tokensPerMinute } = this.endpoint;
    try {
      const wanted = this.inFlight + this.waiting;
      const { rows } = await this.pool.query<{ ceiling: number; request_allowance: number; token_allowance: number; blocked_seconds: number | null; others: string }>({
        name: "limiter-sync",
        text: SYNC,
        values: [id, this.workerId, wanted, concurrency, requestsPerMinute, tokensPerMinute],
      });
      const state = rows[0];
      if (state) {
        this.allowed = Math.max(1, Math.floor(state.ceiling / (1 + Number(state.others))));
        this.requests = state.request_allowance;
        this.tokens = state.token_allowance;
        if (state.blocked_seconds) this.blockedUntil = Math.max(this.blockedUntil, Date.now() + state.blocked_seconds * 1000);
      }
    } catch {
      // Postgres is away: go on with the share we had; the next sync repairs it.
    } finally {
      this.syncing = false;
    }
    this.pump();
    if (this.inFlight > 0 || this.lanes.size > 0) this.schedule(SYNC_MS);
  }
}

/** Concurrency, requests and tokens a minute for each endpoint, shared by all workers through Postgres. */
export function createLimiter(pool: Pool, workerId: string): Limiter {
  const gates = new Map<string, Gate>();
  const gateFor = (endpoint: Endpoint): Gate => {
    let gate = gates.get(endpoint.id);
    if (!gate) gates.set(endpoint.id, (gate = new Gate(pool, workerId, endpoint)));
    gate.update(endpoint);
    return gate;
  };
  return {
    enter: (endpoint, call, signal) => gateFor(endpoint).enter(call, signal),
    async punish(endpoint, retryAfterSeconds) {
      const seconds = retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS;
      gateFor(endpoint).block(seconds);
      await pool.query(PUNISH, [endpoint.id, seconds]).catch(reportUnshared);
    },
    close() {
      for (const gate of gates.values()) gate.stop();
    },
  };
}
