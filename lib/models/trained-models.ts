import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { readStored, readStoredList } from "@/lib/core/read-stored";
import { readStoredError } from "@/lib/contracts/errors";
import { listedModel, POOL_PROVIDER, provider, trainingState } from "@/lib/contracts/models";
import { trainingProgress, trainingRequest, trainingResult, trainingSamples, waitsForDevice } from "@/lib/contracts/trainer";
import { viewSettings } from "@/lib/engine/connection-endpoint";
import { identifyModel, resolveModel } from "@/lib/engine/model-resolver";
import { TRAINING_OF_MODEL } from "@/lib/engine/pause-training";
import type { SharedResources, WorkerResources } from "@/lib/engine/resources";
import { builtinModel, LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";

interface Pickable {
  ref: ModelRef;
  label: string;
  connection: string;
  kind: "builtin" | "trained" | "api";
}

/** Models a person can choose from: the built-in one, those trained here, and those the connections list. */
export async function listPickableModels(resources: SharedResources): Promise<Pickable[]> {
  const { prisma } = resources.database;
  const models: Pickable[] = [];
  if (await identifyModel(resources, builtinModel)) models.push({ ref: builtinModel, label: "Built-in model (a toy)", connection: "This machine", kind: "builtin" });
  for (const model of await prisma.trainedModel.findMany({ orderBy: { createdAt: "desc" }, take: 500 })) {
    models.push({ ref: { connection: LOCAL_CONNECTION, model: `trained:${model.id}` }, label: model.name, connection: "Trained here", kind: "trained" });
  }
  const connections = await prisma.connection.findMany({ where: { provider: { in: [...provider.options, POOL_PROVIDER] } }, orderBy: { createdAt: "asc" }, omit: { apiKey: true } });
  for (const connection of connections) {
    // A pool that lists none has those of its first server.
    const [first] = connection.provider === POOL_PROVIDER ? viewSettings(connection).members : [];
    const own = listModels(connection);
    const listed = own.length > 0 ? own : listModels(connections.find(({ id }) => id === first?.connection));
    for (const { id } of listed) {
      models.push({ ref: { connection: connection.id, model: id }, label: id, connection: connection.name, kind: "api" });
    }
  }
  return models;
}

const modelCard = z.object({ result: trainingResult });
/** Of a training under way, whatever else its request has become. */
const namedRequest = z.looseObject({ name: z.string(), modelId: z.string() });

function listModels(connection: { id: string; models: unknown } | undefined) {
  return connection ? readStoredList(listedModel, connection.models, `connection ${connection.id}`) : [];
}

export async function listTrainedModels(resources: SharedResources) {
  const { prisma } = resources.database;
  const models = await prisma.trainedModel.findMany({ orderBy: { createdAt: "desc" }, take: 500 });
  const trainings = await prisma.training.findMany({ where: { state: { not: "done" } }, orderBy: { createdAt: "desc" }, take: 100 });
  return {
    models: models.map((model) => ({
      id: model.id,
      name: model.name,
      method: model.method,
      fingerprint: model.fingerprint,
      baseModel: model.baseModel,
      createdAt: model.createdAt.toISOString(),
      result: readStored(modelCard, model.card, null, `model ${model.id}`)?.result ?? null,
    })),
    trainings: trainings.map((training) => {
      const what = `training ${training.id}`;
      const { name, modelId } = readStored(namedRequest, training.request, { name: training.id, modelId: "" }, what);
      return { id: training.id, name, state: readStored(trainingState, training.state, "failed", what), paused: training.paused && isUnderWay(training.state), modelId, runId: training.runId, nodeId: training.nodeId };
    }),
  };
}

const RUN_PAUSED = "EXISTS (SELECT 1 FROM run WHERE run.id = training.run_id AND run.state = 'paused')";
const isUnderWay = (state: string): boolean => state === "queued" || state === "running";

const METRICS_SHOWN = 2000;
const METRICS = `
  SELECT step, kind, values FROM (
    SELECT step, kind, values, row_number() OVER (PARTITION BY kind ORDER BY step) AS place, count(*) OVER (PARTITION BY kind) AS total
    FROM training_metric WHERE training_id = $1 AND kind IN ('train', 'eval')) m
  WHERE place % GREATEST(1, total / ${String(METRICS_SHOWN)}) = 0 OR place = total ORDER BY step`;

const LAST_SAMPLES = "SELECT step, values FROM training_metric WHERE training_id = $1 AND kind = 'sample' ORDER BY step DESC LIMIT 1";

/** Settings, state, metrics (thinned to 2,000 points a curve) and the last samples of a model's training. Throws `not_found`. */
export async function readTraining(resources: SharedResources, modelId: string) {
  const { rows } = await resources.database.pool.query<{ id: string; run_paused: boolean }>(`SELECT id, ${RUN_PAUSED} AS run_paused FROM training WHERE id = (${TRAINING_OF_MODEL})`, [modelId]);
  const training = rows[0] && (await resources.database.prisma.training.findUnique({ where: { id: rows[0].id } }));
  if (!training) throw new AppError("not_found", { what: "model", id: modelId });
  const what = `training ${training.id}`;
  const request = readStored(trainingRequest, training.request, null, what);
  if (!request) throw new AppError("record_unreadable", { what: "training", id: training.id });
  const metrics = await resources.database.pool.query<{ step: number; kind: "train" | "eval"; values: Record<string, number | null> }>(METRICS, [training.id]);
  const samples = await resources.database.pool.query<{ step: number; values: unknown }>(LAST_SAMPLES, [training.id]);
  const model = await resources.database.prisma.trainedModel.findUnique({ where: { id: modelId }, select: { name: true } });
  return {
    modelId,
    name: model?.name ?? request.name,
    state: readStored(trainingState, training.state, "failed", what),
    pausedBy: isUnderWay(training.state) ? (training.paused ? ("person" as const) : rows[0]?.run_paused ? ("run" as const) : null) : null,
    waitsFor: training.state === "queued" ? readStored(waitsForDevice.nullable(), training.waitsFor, null, what) : null,
    ready: model !== null,
    runId: training.runId,
    nodeId: training.nodeId,
    request,
    progress: readStored(trainingProgress.nullable(), training.progress, null, what),
    result: readStored(trainingResult.nullable(), training.result, null, what),
    error: readStoredError(training.error),
    metrics: metrics.rows.map((row) => ({ step: row.step, kind: row.kind, values: readStored(z.record(z.string(), z.number().nullable()), row.values, {}, what) })),
    samples: samples.rows.map(({ step, values }) => ({ step, ...readStored(trainingSamples, values, { samples: [] }, what) }))[0] ?? null,
  };
}

export interface OnePrompt {
  model: ModelRef;
  system: string;
  prompt: string;
  temperature: number | null;
  topP: number | null;
  maxTokens: number | null;
  seed: number | null;
}

/** One prompt through cache and limiter, as a step would send it. */
export async function promptModel(resources: WorkerResources, { model, system, prompt, ...sampling }: OnePrompt, signal: AbortSignal) {
  const resolved = await resolveModel(resources, model);
  const messages = [...(system === "" ? [] : [{ role: "system" as const, content: system }]), { role: "user" as const, content: prompt }];
  const completion = await resources.models.complete({ model: resolved, messages, sampling: { ...sampling, stop: [] }, sample: 0, signal });
  const { record } = completion;
  return {
    text: completion.text,
    finishReason: completion.finishReason,
    promptTokens: record.promptTokens,
    completionTokens: record.completionTokens,
    latencyMs: record.latencyMs,
    cached: record.cached,
    changed: completion.changed,
    costMicros: resolved.endpoint.prices.get(resolved.model) ? record.costMicros : null,
  };
}
