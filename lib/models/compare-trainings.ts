import { z } from "zod";
import { readStored } from "@/lib/core/read-stored";
import { trainingState } from "@/lib/contracts/models";
import { trainingRequest, trainingResult } from "@/lib/contracts/trainer";
import { MOST_COMPARED, type ComparedTraining } from "@/lib/contracts/trainings";
import type { SharedResources } from "@/lib/engine/resources";

const POINTS = 300;

/** Of a run also those whose models it took from the cache, in the order of its steps; each model once, by its last training. */
const CHOSEN = `
  SELECT id, "order" FROM (
    SELECT DISTINCT ON (t.request->>'modelId') t.id, COALESCE(s.index, array_position($1::text[], t.request->>'modelId')) AS "order"
    FROM training t LEFT JOIN chunk c ON c.id = t.chunk_id
    LEFT JOIN step_run s ON s.run_id = $2 AND (s.id = c.step_run_id OR (s.from_cache AND s.fingerprint = t.fingerprint AND t.state = 'done'))
    WHERE t.request->>'modelId' = ANY($1) OR s.id IS NOT NULL
    ORDER BY t.request->>'modelId', t.created_at DESC) chosen
  ORDER BY "order", id`;

const METRICS = `
  SELECT training_id, step, kind, values FROM (
    SELECT m.*, row_number() OVER w AS place, count(*) OVER (PARTITION BY training_id, kind) AS total
    FROM training_metric m WHERE training_id = ANY($1) AND kind IN ('train', 'eval') WINDOW w AS (PARTITION BY training_id, kind ORDER BY step)) m
  WHERE place % GREATEST(1, CEIL(total / ${String(POINTS)}.0)::int) = 0 OR place = total ORDER BY step`;

interface MetricRow {
  training_id: string;
  step: number;
  kind: "train" | "eval";
  values: unknown;
}

const values = z.record(z.string(), z.number().nullable());

/** Settings, results and curves of several trainings. One that is not there is left out. */
export async function compareTrainings(resources: SharedResources, { models, run }: { models: string[]; run: string }): Promise<{ trainings: ComparedTraining[]; total: number }> {
  const { pool, prisma } = resources.database;
  const { rows: chosen } = await pool.query<{ id: string }>(CHOSEN, [models, run]);
  const ids = chosen.slice(0, MOST_COMPARED).map(({ id }) => id);
  const trainings = await prisma.training.findMany({ where: { id: { in: ids } } });
  const { rows: metrics } = await pool.query<MetricRow>(METRICS, [ids]);
  const byId = new Map(trainings.map((training) => [training.id, training]));
  return {
    total: chosen.length,
    trainings: ids.flatMap((id) => {
      const training = byId.get(id);
      if (!training) return [];
      const what = `training ${id}`;
      const request = readStored(trainingRequest, training.request, null, what);
      // Without its settings there is nothing to compare.
      if (!request) return [];
      return {
        modelId: request.modelId,
        name: request.name,
        nodeId: training.nodeId,
        runId: training.runId,
        state: readStored(trainingState, training.state, "failed", what),
        // The courses of other trainings, which may be thousands of numbers, are no setting.
        request: request.pruning ? { ...request, pruning: { ...request.pruning, earlier: [] } } : request,
        result: readStored(trainingResult.nullable(), training.result, null, what),
        metrics: metrics.filter((row) => row.training_id === id).map((row) => ({ step: row.step, kind: row.kind, values: readStored(values, row.values, {}, what) })),
      };
    }),
  };
}
