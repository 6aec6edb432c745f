import { AppError, toAppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import { logger } from "@/lib/core/logger";
import { readStoredError } from "@/lib/contracts/errors";
import type { LocalModelSource } from "@/lib/contracts/model-source";
import { MOST_EVALUATIONS, trainingRequest, trainingResult, type TrainingRequest } from "@/lib/contracts/trainer";
import type { PruneIdentity } from "@/lib/fingerprint/step-identity";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { TrainerRunner } from "@/lib/steps/_sdk/step-runner";
import type { TableManifest } from "@/lib/tables/table-manifest";
import { jsonValue } from "@/lib/server/json-value";
import { advanceRun } from "./advance-run";
import { noParts } from "./chunk-parts";
import type { LeasedChunk } from "./chunk-lease";
import { failStep, finishStepIfDone } from "./finish-step";
import { inTransaction } from "./in-transaction";
import { identifyModel, parseLocalModel } from "./model-resolver";
import type { SharedResources } from "./resources";
import type { StepParams } from "./step-catalogue";
import type { StepInputs } from "./step-inputs";

interface TrainingJob {
  chunk: LeasedChunk;
  params: StepParams;
  inputs: StepInputs;
}

/**
 * Hands a training to the trainer. The chunk stays `running` without a lease: the training has one of its own, and
 * `settleTrainings` ends the chunk when the training ends. A training of the same chunk that was handed over is kept.
 */
export async function startTraining(resources: SharedResources, runner: TrainerRunner<StepParams>, { chunk, params, inputs }: TrainingJob): Promise<void> {
  const request = await makeRequest(resources, runner, { chunk, params, inputs });
  const training = await resources.database.prisma.training.upsert({
    where: { chunkId: chunk.id },
    create: {
      id: createId("training"),
      chunkId: chunk.id,
      runId: chunk.runId,
      nodeId: chunk.nodeId,
      fingerprint: chunk.fingerprint,
      request: jsonValue(request),
      state: "queued",
    },
    update: {},
  });
  const { rowCount } = await resources.database.pool.query(
    "UPDATE chunk SET lease_until = NULL WHERE id = $1 AND lease_token = $2 AND state = 'running'",
    [chunk.id, chunk.token],
  );
  if (rowCount === 0) throw new AppError("lease_lost");
  // Only a wake-up: the trainer also looks for queued trainings by itself.
  await resources.queues.enqueue("trainer", training.id, { trainingId: training.id }).catch((error: unknown) => {
    logger.warn("enqueue_failed", { training: training.id, detail: toAppError(error).message });
  });
}

async function makeRequest(resources: SharedResources, runner: TrainerRunner<StepParams>, { chunk, params, inputs }: TrainingJob): Promise<TrainingRequest> {
  const train = inputs.tables.train?.[0];
  if (!train || train.rows === 0) throw new AppError("training_no_rows", { detail: "the table of training rows is empty" });
  const validation = inputs.tables.validation?.[0] ?? null;
  const toTable = (table: TableManifest) => ({ parts: table.parts.map((part) => part.file), rows: table.rows });
  const others: Record<string, LocalModelSource> = {};
  for (const [port, ref] of Object.entries(runner.otherModels?.(params) ?? {})) others[port] = await weightsOf(resources, inputs.models[port]?.[0]?.ref ?? ref);
  return trainingRequest.parse({
    ...runner.request(params, others),
    version: 2,
    modelId: createId("model"),
    name: chunk.title,
    base: await weightsOf(resources, inputs.models.model?.[0]?.ref ?? runner.baseModel(params)),
    data: { train: toTable(train), validation: validation && validation.rows > 0 ? toTable(validation) : null },
    pruning: chunk.identity.prune ? await readCourses(resources, chunk.identity.prune) : null,
  });
}

/** The rule, with the validation losses of the trainings that a trial is held against, in their order: none where one failed. */
async function readCourses(resources: SharedResources, { rule, startup, earlier }: PruneIdentity) {
  const { rows } = await resources.database.pool.query<{ fingerprint: string; course: { step: number; loss: number }[] }>(
    `SELECT fingerprint, course FROM unnest($1::text[]) AS e(fingerprint)
     JOIN LATERAL (SELECT id FROM training t WHERE t.fingerprint = e.fingerprint AND (t.state = 'done' OR t.error->>'code' = 'trial_pruned') ORDER BY created_at DESC LIMIT 1) AS ended ON true
     JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('step', step, 'loss', loss) ORDER BY step) AS course
       FROM (SELECT step, values->'loss' AS loss FROM training_metric WHERE training_id = ended.id AND kind = 'eval' AND jsonb_typeof(values->'loss') = 'number' ORDER BY step LIMIT $2) AS m) AS c ON true`,
    [earlier, MOST_EVALUATIONS],
  );
  const courses = new Map(rows.map(({ fingerprint, course }) => [fingerprint, course]));
  return { rule, startup, earlier: earlier.map((fingerprint) => courses.get(fingerprint) ?? []) };
}

async function weightsOf(resources: SharedResources, ref: ModelRef): Promise<LocalModelSource> {
  const identity = await identifyModel(resources, ref);
  if (ref.connection !== LOCAL_CONNECTION || !identity) throw new AppError("model_missing", { model: ref.model });
  return parseLocalModel(ref.model);
}

interface EndedTraining {
  id: string;
  chunk_id: string;
  run_id: string;
  step_run_id: string;
  fingerprint: string;
  state: string;
  request: unknown;
  result: unknown;
  error: unknown;
}

/** Ends the chunks whose trainings have ended. Called often by the reconciler. */
export async function settleTrainings(resources: SharedResources): Promise<void> {
  const { rows } = await resources.database.pool.query<EndedTraining>(
    `SELECT t.id, t.chunk_id, t.run_id, c.step_run_id, t.fingerprint, t.state, t.request, t.result, t.error
     FROM training t JOIN chunk c ON c.id = t.chunk_id WHERE t.state IN ('done', 'failed', 'cancelled') AND c.state = 'running' AND c.lease_until IS NULL`,
  );
  for (const training of rows) {
    if (training.state === "done") await acceptOrRefuse(resources, training);
    else if (readStoredError(training.error)?.code === "trial_pruned") await acceptPruned(resources, training);
    else await refuseTraining(resources, training);
    await finishStepIfDone(resources, training.step_run_id);
    await advanceRun(resources, training.run_id);
  }
}

/** What a trainer wrote of one training must not keep the others from ending. */
async function acceptOrRefuse(resources: SharedResources, training: EndedTraining): Promise<void> {
  if (trainingRequest.safeParse(training.request).success && trainingResult.safeParse(training.result).success) await acceptModel(resources, training);
  else await refuseTraining(resources, { ...training, error: new AppError("record_unreadable", { what: "training", id: training.id }).toRecord() });
}

async function acceptModel(resources: SharedResources, training: EndedTraining): Promise<void> {
  const request = trainingRequest.parse(training.request);
  const result = trainingResult.parse(training.result);
  const model = {
    id: request.modelId,
    name: request.name,
    fingerprint: training.fingerprint,
    baseModel: jsonValue(request.base),
    method: request.method.kind,
    folder: result.folder,
    card: jsonValue({ request, result }),
  };
  // A step run again after its result was removed trains the same model anew.
  await resources.database.prisma.trainedModel.upsert({ where: { fingerprint: training.fingerprint }, create: model, update: model });
  const parts = {
    ...noParts(),
    models: { model: { ref: { connection: LOCAL_CONNECTION, model: `trained:${request.modelId}` }, identity: { trained: training.fingerprint } } },
  };
  await resources.database.pool.query(
    "UPDATE chunk SET state = 'done', parts = $2, rows_done = $3, rows_out = 0 WHERE id = $1 AND state = 'running'",
    [training.chunk_id, parts, result.trainRows + result.validationRows],
  );
}

/** A trial that was given up has an outcome: there is no model. */
async function acceptPruned(resources: SharedResources, training: EndedTraining): Promise<void> {
  await resources.database.pool.query("UPDATE chunk SET state = 'done', parts = $2, rows_done = row_end - row_start, rows_out = 0, error = $3 WHERE id = $1 AND state = 'running'", [training.chunk_id, { ...noParts(), pruned: true }, readStoredError(training.error)]);
  await resources.database.pool.query("UPDATE step_run SET error = $2 WHERE id = $1 AND state = 'running'", [training.step_run_id, readStoredError(training.error)]);
}

async function refuseTraining(resources: SharedResources, training: EndedTraining): Promise<void> {
  const error = readStoredError(training.error) ?? new AppError("cancelled").toRecord();
  await inTransaction(resources, async (client) => {
    await client.query("UPDATE chunk SET state = 'failed', error = $2 WHERE id = $1 AND state = 'running'", [training.chunk_id, error]);
    await failStep(client, training.step_run_id, error);
  });
}
