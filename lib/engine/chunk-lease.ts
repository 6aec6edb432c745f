import { setMaxListeners } from "node:events";
import { AppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import { logger } from "@/lib/core/logger";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import { BUDGET_LEFT, BUDGET_MARK } from "./budgets";
import { pauseForBudget } from "./pause-run";
import type { WorkerResources } from "./resources";

/** What a chunk has done so far; the same fields are stored with it. */
export interface ChunkProgress {
  rowsDone: number;
  rowsOut: number;
  rejected: number;
  failed: number;
  calls: number;
  callsCached: number;
  promptTokens: number;
  completionTokens: number;
  costMicros: number;
}

export function noProgress(): ChunkProgress {
  return { rowsDone: 0, rowsOut: 0, rejected: 0, failed: 0, calls: 0, callsCached: 0, promptTokens: 0, completionTokens: 0, costMicros: 0 };
}

/** A chunk this worker holds. `signal` aborts when the lease is lost or the run is cancelled. */
export interface LeasedChunk {
  id: string;
  token: string;
  index: number;
  /** `arrange`: puts the rows of all other chunks in order. */
  phase: "rows" | "arrange";
  rowStart: number;
  rowEnd: number;
  attempt: number;
  runId: string;
  rowLimit: number | null;
  stepRunId: string;
  nodeId: string;
  stepId: string;
  title: string;
  fingerprint: string;
  identity: StepIdentity;
  /** As in the run's snapshot, not yet parsed. */
  params: unknown;
  progress: ChunkProgress;
  /** Aborts when the run is paused: calls under way are finished, no other is begun, and the chunk is given back. */
  pausing: AbortSignal;
  /** A call cost so much, in millionths of a US dollar. Where that was the last of a budget, the run pauses. */
  spend(micros: number): void;
  signal: AbortSignal;
  /** Aborts the step's other chunks in this worker, and those it takes yet: no row of them can succeed either. */
  abortSiblings(): void;
}

interface LeaseRow {
  id: string;
  index: number;
  phase: "rows" | "arrange";
  row_start: string;
  row_end: string;
  attempt: number;
  run_id: string;
  row_limit: number | null;
  step_run_id: string;
  node_id: string;
  step_id: string;
  title: string;
  fingerprint: string;
  identity: StepIdentity;
  params: unknown;
  calls: string;
  cost_micros: string;
  budget: string | null;
  budget_left: string | null;
}

/** Chunks that a worker may take. Those of paused runs wait. */
const WAITING = "FROM chunk c JOIN step_run s ON s.id = c.step_run_id JOIN run r ON r.id = s.run_id WHERE c.state = 'queued' AND c.waits_for IS NULL AND c.enqueued_at IS NOT NULL AND r.state <> 'paused'";

/**
 * Compare-and-set from `queued` to `running`, of the run that has the fewest under way: a run of one chunk does not wait behind
 * the thousand of another. $4 are the runs that may have no more chunks in this worker.
 */
const LEASE = `
  WITH under_way AS (
    SELECT s.run_id, count(*) AS chunks FROM chunk c JOIN step_run s ON s.id = c.step_run_id WHERE c.state = 'running' GROUP BY s.run_id
  ), chosen AS (
    SELECT c.id ${WAITING} AND r.id <> ALL($4)
    ORDER BY COALESCE((SELECT chunks FROM under_way u WHERE u.run_id = r.id), 0), c.enqueued_at, c.index LIMIT 1 FOR UPDATE OF c SKIP LOCKED
  ), leased AS (
    UPDATE chunk SET state = 'running', lease_token = $1, lease_until = now() + $2 * interval '1 second', worker_id = $3, attempt = attempt + 1
    FROM chosen WHERE chunk.id = chosen.id AND chunk.state = 'queued' RETURNING chunk.*
  )
  SELECT c.id, c.index, c.phase, c.row_start, c.row_end, c.attempt, s.run_id, r.row_limit, s.id AS step_run_id, s.node_id, s.step_id, s.title,
    s.fingerprint, s.identity, c.calls, c.cost_micros, ${BUDGET_MARK} AS budget, ${BUDGET_LEFT} AS budget_left, s.params
  FROM leased c JOIN step_run s ON s.id = c.step_run_id JOIN run r ON r.id = s.run_id`;

/** Renews the leases still held and stores progress, all in one statement; what it does not return is lost. */
const RENEW = `
  UPDATE chunk c SET lease_until = now() + $3 * interval '1 second', rows_done = p.rows_done, rows_out = p.rows_out, rejected = p.rejected,
    failed = p.failed, calls = p.calls, calls_cached = p.calls_cached, prompt_tokens = p.prompt_tokens,
    completion_tokens = p.completion_tokens, cost_micros = p.cost_micros
  FROM unnest($1::text[], $2::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
    AS p(id, token, rows_done, rows_out, rejected, failed, calls, calls_cached, prompt_tokens, completion_tokens, cost_micros)
  WHERE c.id = p.id AND c.lease_token = p.token AND c.state = 'running' RETURNING c.id,
    (SELECT r.state = 'paused' FROM step_run s JOIN run r ON r.id = s.run_id WHERE s.id = c.step_run_id) AS paused`;

/** What runs have left, by what their chunks have stored. */
const BUDGETS = `SELECT r.id, ${BUDGET_LEFT} AS left FROM run r WHERE r.id = ANY($1)`;

const RENEW_MS = 700;
const RUNS_KEPT = 100;

function forgetOldest(kept: Map<string, unknown> | Set<string>): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= RUNS_KEPT) break;
    kept.delete(oldest);
  }
}

export interface LeaseKeeper {
  /** The chunk whose turn it is; null if none waits that this worker may take. */
  take(): Promise<LeasedChunk | null>;
  /** Whether chunks wait that this worker may not take now, because their runs hold all that one run may. */
  holdsBack(): Promise<boolean>;
  /** Stops renewing; the caller has ended the chunk. */
  drop(chunk: LeasedChunk): void;
  /** Gives held chunks back to the queue, for a worker that leaves. */
  close(): Promise<void>;
}

/** Holds the leases of one worker. A run has at most `mostOfARun` of them. */
export function createLeaseKeeper(resources: WorkerResources, mostOfARun: number): LeaseKeeper {
  const { pool } = resources.database;
  const held = new Map<string, { chunk: LeasedChunk; controller: AbortController; pause: AbortController; lastRenewal: number }>();
  /** Step runs that failed for good here, until Postgres says so to all: a chunk taken in between must not start. */
  const hopeless = new Set<string>();
  /** Of runs that a budget binds, in millionths of a US dollar. Kept while a run is paused, and forgotten when it has another budget. */
  const budgets = new Map<string, { budget: string; left: number }>();
  let renewing = false;
  let taking: Promise<unknown> = Promise.resolve();

  async function renew(): Promise<void> {
    if (renewing) return;
    renewing = true;
    try {
      const entries = [...held.values()];
      if (entries.length > 0) {
        const column = (key: keyof ChunkProgress) => entries.map(({ chunk }) => Math.round(chunk.progress[key]));
        const keys = ["rowsDone", "rowsOut", "rejected", "failed", "calls", "callsCached", "promptTokens", "completionTokens", "costMicros"] as const;
        const { rows } = await pool.query<{ id: string; paused: boolean }>(RENEW, [
          entries.map(({ chunk }) => chunk.id),
          entries.map(({ chunk }) => chunk.token),
          resources.leaseSeconds,
          ...keys.map(column),
        ]);
        const kept = new Map(rows.map((row) => [row.id, row.paused]));
        for (const entry of entries) {
          const paused = kept.get(entry.chunk.id);
          if (paused) entry.pause.abort(new AppError("run_paused"));
          if (paused !== undefined) entry.lastRenewal = Date.now();
          else if (held.get(entry.chunk.id) === entry) entry.controller.abort(new Error("lease lost"));
        }
        await renewBudgets();
      }
    } catch (error) {
      logger.warn("lease_renewal_failed", { detail: error instanceof Error ? error.message : String(error) });
      // Postgres is away. Past the lease another worker may hold the chunk, so ours must stop.
      for (const entry of held.values()) {
        if (Date.now() - entry.lastRenewal > resources.leaseSeconds * 1000) entry.controller.abort(new Error("lease lost"));
      }
    } finally {
      renewing = false;
    }
  }

  /** Learns what other workers have spent. */
  async function renewBudgets(): Promise<void> {
    if (budgets.size === 0) return;
    const { rows } = await pool.query<{ id: string; left: string | null }>(BUDGETS, [[...budgets.keys()]]);
    // What this worker spent meanwhile is not in it yet, so it can only lower what we know.
    for (const { id, left } of rows) if (left !== null) spendOf(id, Math.max(0, (budgets.get(id)?.left ?? 0) - Number(left)));
  }

  function spendOf(runId: string, micros: number): void {
    const known = budgets.get(runId);
    if (!known) return;
    known.left -= micros;
    if (known.left > 0) return;
    const spending = [...held.values()].filter(({ chunk, pause }) => chunk.runId === runId && !pause.signal.aborted);
    if (spending.length === 0) return;
    for (const { pause } of spending) pause.abort(new AppError("run_paused"));
    void pauseForBudget(resources, runId).catch((error: unknown) => {
      logger.warn("pause_failed", { run: runId, detail: error instanceof Error ? error.message : String(error) });
    });
  }

  function knowBudget({ run_id, budget, budget_left }: LeaseRow): void {
    if (budget === null || budgets.get(run_id)?.budget !== budget) budgets.delete(run_id);
    if (budget === null) return;
    const known = budgets.get(run_id) ?? { budget, left: Infinity };
    budgets.set(run_id, { ...known, left: Math.min(known.left, Number(budget_left)) });
    forgetOldest(budgets);
    spendOf(run_id, 0);
  }

  function fullRuns(): string[] {
    const counts = new Map<string, number>();
    for (const { chunk } of held.values()) counts.set(chunk.runId, (counts.get(chunk.runId) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= mostOfARun).map(([runId]) => runId);
  }

  async function takeNext(): Promise<LeasedChunk | null> {
    const token = createId("lease");
    const { rows } = await pool.query<LeaseRow>({ name: "chunk-lease", text: LEASE, values: [token, resources.leaseSeconds, resources.workerId, fullRuns()] });
    const row = rows[0];
    if (!row) return null;
    const controller = new AbortController();
    const pause = new AbortController();
    // Each row under way listens; that many is what they are for.
    setMaxListeners(0, controller.signal, pause.signal);
    const chunk: LeasedChunk = {
      id: row.id,
      token,
      index: row.index,
      phase: row.phase,
      rowStart: Number(row.row_start),
      rowEnd: Number(row.row_end),
      attempt: row.attempt,
      runId: row.run_id,
      rowLimit: row.row_limit,
      stepRunId: row.step_run_id,
      nodeId: row.node_id,
      stepId: row.step_id,
      title: row.title,
      fingerprint: row.fingerprint,
      identity: row.identity,
      params: row.params,
      // What an earlier delivery paid for stays on the bill; its replies now come from the cache.
      progress: { ...noProgress(), calls: Number(row.calls), costMicros: Number(row.cost_micros) },
      pausing: pause.signal,
      spend(micros) {
        spendOf(row.run_id, micros);
      },
      signal: controller.signal,
      abortSiblings() {
        hopeless.add(chunk.stepRunId);
        forgetOldest(hopeless);
        for (const other of held.values()) {
          if (other.chunk.stepRunId === chunk.stepRunId && other.chunk !== chunk) other.controller.abort(new Error("step failed"));
        }
      },
    };
    if (hopeless.has(chunk.stepRunId)) controller.abort(new Error("step failed"));
    held.set(chunk.id, { chunk, controller, pause, lastRenewal: Date.now() });
    knowBudget(row);
    return chunk;
  }

  const timer = setInterval(() => void renew(), RENEW_MS);

  return {
    async holdsBack() {
      const full = fullRuns();
      if (full.length === 0) return false;
      const { rows } = await pool.query(`SELECT 1 ${WAITING} AND r.id = ANY($1) LIMIT 1`, [full]);
      return rows.length > 0;
    },
    take() {
      // One at a time, so that what one run holds is known when the next chunk is chosen.
      const mine = taking.then(takeNext);
      taking = mine.catch(() => undefined);
      return mine;
    },
    drop(chunk) {
      held.delete(chunk.id);
    },
    async close() {
      clearInterval(timer);
      for (const { controller } of held.values()) controller.abort(new Error("worker leaves"));
      await pool.query(
        "UPDATE chunk SET state = 'queued', lease_token = NULL, lease_until = NULL, enqueued_at = NULL, attempt = attempt - 1 WHERE worker_id = $1 AND state = 'running' AND lease_until IS NOT NULL",
        [resources.workerId],
      );
    },
  };
}
