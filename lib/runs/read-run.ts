import { AppError } from "@/lib/core/app-error";
import { readStored } from "@/lib/core/read-stored";
import { runState, runTarget, stepRunState, type RunView, type StepRunView } from "@/lib/contracts/runs";
import { readStoredError } from "@/lib/contracts/errors";
import { trainingProgress, waitsForDevice } from "@/lib/contracts/trainer";
import { stepNote } from "@/lib/contracts/step-note";
import { readChangedCalls } from "@/lib/engine/changed-calls";
import type { SharedResources } from "@/lib/engine/resources";
import { stepTotals } from "@/lib/engine/step-result";

interface RunRow {
  id: string;
  workflow_id: string | null;
  name: string | null;
  target: unknown;
  row_limit: number | null;
  budget_micros: string | null;
  state: string;
  error: unknown;
  created_at: Date;
  ended_at: Date | null;
}

interface StepRow {
  run_id: string;
  node_id: string;
  step_id: string;
  title: string;
  fingerprint: string;
  state: string;
  from_cache: boolean;
  waits_for: string | null;
  rows_total: string | null;
  error: unknown;
  started_at: Date | null;
  ended_at: Date | null;
  rows_done: string | null;
  rows_out: string | null;
  rejected: string | null;
  failed: string | null;
  calls: string | null;
  calls_cached: string | null;
  prompt_tokens: string | null;
  completion_tokens: string | null;
  cost_micros: string | null;
  totals: unknown;
  notes: unknown;
  elapsed: number | null;
  training_id: string | null;
  training_state: string | null;
  training_progress: unknown;
  training_paused: boolean | null;
  training_waits_for: unknown;
  model_id: string | null;
  is_tuning: boolean;
  batch_total: number | null;
  batch_done: number | null;
  batch_deadline: Date | null;
  batch_error: unknown;
}

const STEPS = `
  SELECT s.run_id, s.node_id, s.step_id, s.title, s.fingerprint, s.state, s.from_cache, s.waits_for, s.rows_total, s.error, s.started_at, s.ended_at,
    c.*, r.totals, r.outputs->'notes' AS notes, EXTRACT(epoch FROM COALESCE(s.ended_at, now()) - s.started_at)::float AS elapsed,
    t.id AS training_id, t.state AS training_state, t.progress AS training_progress, t.waits_for AS training_waits_for,
    (t.paused OR EXISTS (SELECT 1 FROM run WHERE run.id = t.run_id AND run.state = 'paused')) AS training_paused, t.request->>'modelId' AS model_id, b.*,
    EXISTS (SELECT 1 FROM provider_tuning p WHERE p.step_run_id = s.id AND p.state IN ('sending', 'open')) AS is_tuning
  FROM step_run s
  LEFT JOIN step_result r ON r.fingerprint = s.fingerprint
  LEFT JOIN LATERAL (
    SELECT sum(rows_done) AS rows_done, sum(rows_out) AS rows_out, sum(rejected) AS rejected, sum(failed) AS failed, sum(calls) AS calls,
      sum(calls_cached) AS calls_cached, sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens, sum(cost_micros) AS cost_micros
    FROM chunk WHERE step_run_id = s.id) c ON true
  LEFT JOIN LATERAL (
    SELECT sum(total)::int AS batch_total, sum(done)::int AS batch_done, max(expires_at) AS batch_deadline, (array_agg(error) FILTER (WHERE error IS NOT NULL))[1] AS batch_error
    FROM provider_batch WHERE step_run_id = s.id AND state IN ('sending', 'open')) b ON true
  LEFT JOIN LATERAL (
    SELECT t.* FROM training t JOIN chunk k ON k.id = t.chunk_id WHERE k.step_run_id = s.id OR (s.from_cache AND t.fingerprint = s.fingerprint AND t.state = 'done')
    ORDER BY t.created_at DESC LIMIT 1) t ON true
  WHERE s.run_id = ANY($1) ORDER BY s.index`;

const RUNS = "SELECT id, workflow_id, document->>'name' AS name, target, row_limit, budget_micros, state, error, created_at, ended_at FROM run";

/** A run and its steps as they are now. Throws `not_found`. */
export async function readRun(resources: Pick<SharedResources, "database">, runId: string): Promise<RunView> {
  const { rows } = await resources.database.pool.query<RunRow>(`${RUNS} WHERE id = $1`, [runId]);
  const [run] = await addSteps(resources, rows);
  if (!run) throw new AppError("not_found", { what: "run", id: runId });
  return run;
}

export async function listRuns(resources: Pick<SharedResources, "database">, options: { workflowId?: string | undefined; limit: number; offset: number }): Promise<{ runs: RunView[]; total: number }> {
  const { pool } = resources.database;
  const values = [options.workflowId ?? null];
  const where = "WHERE $1::text IS NULL OR workflow_id = $1";
  const { rows } = await pool.query<RunRow>(`${RUNS} ${where} ORDER BY created_at DESC LIMIT $2 OFFSET $3`, [...values, options.limit, options.offset]);
  const { rows: count } = await pool.query<{ count: string }>(`SELECT count(*) FROM run ${where}`, values);
  return { runs: await addSteps(resources, rows), total: Number(count[0]?.count ?? 0) };
}

async function addSteps(resources: Pick<SharedResources, "database">, runs: RunRow[]): Promise<RunView[]> {
  const { rows } = await resources.database.pool.query<StepRow>(STEPS, [runs.map((run) => run.id)]);
  return runs.map((run) => ({
    id: run.id,
    workflowId: run.workflow_id,
    name: run.name ?? "",
    target: readStored(runTarget, run.target, { kind: "all" }, `run ${run.id}`),
    rowLimit: run.row_limit,
    budgetMicros: run.budget_micros === null ? null : Number(run.budget_micros),
    state: readStored(runState, run.state, "failed", `run ${run.id}`),
    error: readStoredError(run.error),
    createdAt: run.created_at.toISOString(),
    endedAt: run.ended_at?.toISOString() ?? null,
    steps: rows.filter((step) => step.run_id === run.id).map(toStepView),
  }));
}

function toStepView(row: StepRow): StepRunView {
  const number = (value: string | null): number => Number(value ?? 0);
  const what = `step ${row.node_id} of ${row.run_id}`;
  const done = row.totals !== null && row.state === "done" ? readStored(stepTotals, row.totals, null, what) : null;
  // A source takes no rows in: what it makes is what it does.
  const rowsDone = done ? done.rowsIn || done.rowsOut : number(row.rows_done);
  const rowsTotal = done ? rowsDone : Number(row.rows_total) || null;
  const running = row.state === "running";
  const rate = running && row.elapsed && rowsDone > 0 ? rowsDone / row.elapsed : null;
  const isHeld = row.training_paused === true && row.training_state === "queued";
  const progress = readStored(trainingProgress.nullable(), row.training_progress, null, what);
  const secondsLeft = progress ? progress.secondsLeft : rate && rowsTotal ? Math.max(0, (rowsTotal - rowsDone) / rate) : null;
  return {
    nodeId: row.node_id,
    stepId: row.step_id,
    title: row.title,
    fingerprint: row.fingerprint,
    state: readStored(stepRunState, row.state, "failed", what),
    fromCache: row.from_cache,
    rowsTotal,
    rowsDone,
    rowsOut: done?.rowsOut ?? number(row.rows_out),
    rejected: done?.rejected ?? number(row.rejected),
    failed: done?.failed ?? number(row.failed),
    calls: number(row.calls),
    callsCached: number(row.calls_cached),
    promptTokens: number(row.prompt_tokens),
    completionTokens: number(row.completion_tokens),
    costMicros: number(row.cost_micros),
    changed: done ? readChangedCalls(readStored(stepNote.array(), row.notes ?? [], [], what)) : [],
    rate,
    secondsLeft: running && !isHeld ? secondsLeft : null,
    training:
      row.training_id && row.model_id
        ? {
            id: row.training_id,
            modelId: row.model_id,
            paused: isHeld,
            waitsForDevice: row.training_state === "queued" && !isHeld ? readStored(waitsForDevice.nullable(), row.training_waits_for, null, what) : null,
            phase: progress?.phase ?? "queued",
            step: progress?.step ?? 0,
            totalSteps: progress?.totalSteps ?? null,
            notes: progress?.notes ?? [],
          }
        : null,
    batch:
      running && row.batch_total !== null
        ? { total: row.batch_total, done: row.batch_done ?? 0, deadline: row.batch_deadline?.toISOString() ?? null, error: readStoredError(row.batch_error) }
        : null,
    waitsFor: (row.state === "waiting" && row.waits_for === "trainer") || (running && row.training_state === "queued" && !isHeld) ? "trainer" : running && row.is_tuning ? "provider" : null,
    error: readStoredError(row.error),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

const ACTIVE: ReadonlySet<string> = new Set(["running", "paused", "cancelling"]);
export function isRunActive(run: RunView): boolean {
  return ACTIVE.has(run.state);
}
