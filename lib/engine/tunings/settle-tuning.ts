import { listedModel } from "@/lib/contracts/models";
import type { AppError } from "@/lib/core/app-error";
import { retryWhileAway } from "@/lib/core/transient-error";
import type { RemoteTuning } from "@/lib/llm/tuning/openai-tuning";
import { advanceRun } from "../advance-run";
import { chunkParts } from "../chunk-parts";
import { identifyTarget, type Target } from "../connection-endpoint";
import { failStep, finishStepIfDone } from "../finish-step";
import { inTransaction } from "../in-transaction";
import { pauseIfSpent } from "../pause-run";
import type { WorkerResources } from "../resources";
import type { TuningRow } from "./tuning-row";
import { tuningExamples } from "./start-tuning";

/** Puts a model's name on its connection, where it is chosen like any other. */
const NAME_ON_CONNECTION = `
  UPDATE connection SET models = models || jsonb_build_array($2::jsonb) WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(models) m WHERE m->>'id' = $2::jsonb->>'id')`;

/** Takes in the model of a job that succeeded: the chunk is done, its bill is paid, and the model has a name. */
export async function acceptTuning(resources: WorkerResources, tuning: TuningRow, remote: RemoteTuning & { model: string }, target: Target): Promise<void> {
  const cost = Math.round((tuning.price ?? 0) * (remote.trainedTokens ?? 0));
  const ref = { connection: tuning.connection_id, model: remote.model };
  const parts = { ...chunkParts.parse(tuning.parts), models: { model: { ref, identity: identifyTarget({ ...target, model: remote.model }) } } };
  const { train, validation } = tuningExamples.parse(tuning.examples);
  await retryWhileAway(() =>
    inTransaction(resources, async (client) => {
      const { rowCount } = await client.query(
        "UPDATE provider_tuning SET state = 'done', status = $2, tuned_model = $3, trained_tokens = $4, cost_micros = $5, error = NULL, held_by = NULL, ended_at = now() WHERE id = $1 AND state = 'open'",
        [tuning.id, remote.status, remote.model, remote.trainedTokens, cost],
      );
      if (!rowCount) return;
      await client.query(NAME_ON_CONNECTION, [tuning.connection_id, listedModel.parse({ id: remote.model })]);
      // A run that was cancelled after the last look has the bill all the same.
      await client.query("UPDATE chunk SET cost_micros = $2, calls = 1 WHERE id = $1", [tuning.chunk_id, cost]);
      await client.query("UPDATE chunk SET state = 'done', parts = $2, rows_done = $3, rejected = $4 WHERE id = $1 AND state = 'running'", [
        tuning.chunk_id,
        parts,
        train.rows + (validation?.rows ?? 0) + parts.rejected,
        parts.rejected,
      ]);
    }),
  );
  await finishStepIfDone(resources, tuning.step_run_id);
  await advanceRun(resources, tuning.run_id);
  await pauseIfSpent(resources, tuning.run_id);
}

/** Ends a job without a model, and its step with why. Tokens that were trained on before are on the bill. */
export async function refuseTuning(resources: WorkerResources, tuning: TuningRow, { state, error, remote }: { state: "failed" | "cancelled"; error: AppError; remote: RemoteTuning | null }): Promise<void> {
  const cost = Math.round((tuning.price ?? 0) * (remote?.trainedTokens ?? 0));
  await retryWhileAway(() =>
    inTransaction(resources, async (client) => {
      await client.query(
        "UPDATE provider_tuning SET state = $2, status = COALESCE($3, status), error = $4, trained_tokens = $5, cost_micros = $6, held_by = NULL, ended_at = now() WHERE id = $1 AND state IN ('sending', 'open')",
        [tuning.id, state, remote?.status ?? null, error.toRecord(), remote?.trainedTokens ?? null, cost],
      );
      await client.query("UPDATE chunk SET cost_micros = $2 WHERE id = $1", [tuning.chunk_id, cost]);
      await client.query("UPDATE chunk SET state = 'failed', error = $2 WHERE id = $1 AND state = 'running'", [tuning.chunk_id, error.toRecord()]);
      await failStep(client, tuning.step_run_id, error.toRecord());
    }),
  );
  await advanceRun(resources, tuning.run_id);
}
