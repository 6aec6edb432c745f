import { AppError } from "@/lib/core/app-error";
import { advanceRun, enqueueChunks } from "./advance-run";
import { BUDGET_LEFT, IS_WORKFLOW_SPENT } from "./budgets";
import { inTransaction } from "./in-transaction";
import { wakeTrainer } from "./pause-training";
import type { SharedResources } from "./resources";

/**
 * Pauses a run. Workers finish the rows they have under way and give their chunks back; a training checkpoints and gives its
 * device back; a table step that has begun goes on to its end, and nothing new is begun. Throws `not_found`, `run_not_active`.
 */
export async function pauseRun(resources: SharedResources, runId: string): Promise<void> {
  const { rowCount } = await resources.database.pool.query("UPDATE run SET state = 'paused', error = NULL WHERE id = $1 AND state IN ('running', 'paused')", [runId]);
  if (!rowCount) throw await explain(resources, runId);
}

/** The run, or its workflow over all its runs, has spent what it may. The run says which until it is resumed. */
export async function pauseForBudget({ database: { pool } }: Pick<SharedResources, "database">, runId: string): Promise<void> {
  const { rows } = await pool.query<{ run: string | null; workflow: string | null; is_workflow: boolean }>(
    `SELECT r.budget_micros AS run, (SELECT w.budget_micros FROM workflow w WHERE w.id = r.workflow_id) AS workflow, ${IS_WORKFLOW_SPENT} OR r.budget_micros IS NULL AS is_workflow FROM run r WHERE r.id = $1`,
    [runId],
  );
  const isWorkflow = rows[0]?.is_workflow === true;
  const budget = Number((isWorkflow ? rows[0]?.workflow : rows[0]?.run) ?? 0) / 1e6;
  const error = new AppError(isWorkflow ? "workflow_budget_reached" : "budget_reached", { budget }).toRecord();
  await pool.query("UPDATE run SET state = 'paused', error = $2 WHERE id = $1 AND state = 'running'", [runId, error]);
}

/** Pauses the run where its calls have cost what they may. */
export async function pauseIfSpent(resources: Pick<SharedResources, "database">, runId: string): Promise<void> {
  const { rows } = await resources.database.pool.query<{ spent: boolean | null }>(`SELECT ${BUDGET_LEFT} <= 0 AS spent FROM run r WHERE r.id = $1`, [runId]);
  if (rows[0]?.spent) await pauseForBudget(resources, runId);
}

/** Goes on with a paused run, with another budget where one is given. Throws `not_found`, `run_not_active`. */
export async function resumeRun(resources: SharedResources, runId: string, budgetMicros: number | null | undefined): Promise<void> {
  const chunks = await inTransaction(resources, async (client) => {
    const { rowCount } = await client.query(
      "UPDATE run SET state = 'running', error = NULL, budget_micros = CASE WHEN $2 THEN $3::bigint ELSE budget_micros END WHERE id = $1 AND state IN ('running', 'paused')",
      [runId, budgetMicros !== undefined, budgetMicros ?? null],
    );
    if (!rowCount) throw await explain(resources, runId);
    const { rows } = await client.query<{ id: string }>(
      `UPDATE chunk SET enqueued_at = now() FROM step_run s WHERE s.id = chunk.step_run_id AND s.run_id = $1 AND chunk.state = 'queued' RETURNING chunk.id`,
      [runId],
    );
    return rows.map((row) => row.id);
  });
  await enqueueChunks(resources.queues, resources, chunks, String(Date.now()));
  await wakeTrainer(resources, { runId });
  await advanceRun(resources, runId);
}

async function explain(resources: SharedResources, runId: string): Promise<AppError> {
  const { rows } = await resources.database.pool.query<{ state: string }>("SELECT state FROM run WHERE id = $1", [runId]);
  return rows[0] ? new AppError("run_not_active", { state: rows[0].state }) : new AppError("not_found", { what: "run", id: runId });
}
