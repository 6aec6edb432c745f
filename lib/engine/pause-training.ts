import { AppError, toAppError } from "@/lib/core/app-error";
import { logger } from "@/lib/core/logger";
import type { SharedResources } from "./resources";

/** The training that makes a model: the last one, where a step was run again. */
export const TRAINING_OF_MODEL = "SELECT id FROM training WHERE request->>'modelId' = $1 ORDER BY created_at DESC LIMIT 1";

/**
 * Holds a training until it is resumed. One under way checkpoints, gives its device back and waits; its run goes on with
 * what does not need the model. Throws `not_found`, `training_not_active`.
 */
export async function pauseTraining(resources: SharedResources, modelId: string): Promise<void> {
  await setPaused(resources, modelId, true);
}

/** Goes on from the checkpoint. Throws `not_found`, `training_not_active`. */
export async function resumeTraining(resources: SharedResources, modelId: string): Promise<void> {
  await wakeTrainer(resources, { trainingId: await setPaused(resources, modelId, false) });
}

async function setPaused({ database: { pool } }: SharedResources, modelId: string, paused: boolean): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(`UPDATE training SET paused = $2 WHERE id = (${TRAINING_OF_MODEL}) AND state IN ('queued', 'running') RETURNING id`, [modelId, paused]);
  if (rows[0]) return rows[0].id;
  const { rows: ended } = await pool.query<{ state: string }>(`SELECT state FROM training WHERE id = (${TRAINING_OF_MODEL})`, [modelId]);
  throw ended[0] ? new AppError("training_not_active", { state: ended[0].state }) : new AppError("not_found", { what: "model", id: modelId });
}

/** Only a wake-up: the trainer also looks for queued trainings by itself, every few seconds. */
export async function wakeTrainer(resources: SharedResources, which: { runId: string } | { trainingId: string }): Promise<void> {
  const { rows } = await resources.database.pool.query<{ id: string }>("SELECT id FROM training WHERE state = 'queued' AND (id = $1 OR run_id = $2)", [
    "trainingId" in which ? which.trainingId : null,
    "runId" in which ? which.runId : null,
  ]);
  for (const { id } of rows) {
    await resources.queues.enqueue("trainer", `${id}-${String(Date.now())}`, { trainingId: id }).catch((error: unknown) => {
      logger.warn("enqueue_failed", { training: id, detail: toAppError(error).message });
    });
  }
}
