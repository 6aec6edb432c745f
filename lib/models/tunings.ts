import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { readStored } from "@/lib/core/read-stored";
import { readStoredError } from "@/lib/contracts/errors";
import { tuningSettings, type TuningSettings } from "@/lib/contracts/tuning";
import type { SharedResources } from "@/lib/engine/resources";
import { tuningExamples } from "@/lib/engine/tunings/start-tuning";

const EVENTS_SHOWN = 200;
const METRICS_SHOWN = 2000;
const NO_SETTINGS: TuningSettings = { method: "supervised", epochs: null, batchSize: null, learningRateMultiplier: null, beta: null, suffix: "", seed: 0 };

const METRICS = `
  SELECT metrics FROM (SELECT metrics, at, row_number() OVER (ORDER BY at, id) AS place, count(*) OVER () AS total FROM provider_tuning_event WHERE tuning_id = $1 AND metrics IS NOT NULL) m
  WHERE place % GREATEST(1, total / ${String(METRICS_SHOWN)}) = 0 OR place = total ORDER BY place`;

interface MetricPoint {
  step: number;
  kind: "train" | "eval";
  values: Record<string, number | null>;
}

const PREFIXES: readonly [prefix: string, kind: MetricPoint["kind"], name: string][] = [
  ["train_", "train", ""],
  // Of all validation rows, at the end of an epoch; the other is of a batch of them.
  ["full_valid_", "eval", "full_"],
  ["valid_", "eval", ""],
];

/** A provider's metrics of a step, as those of a training here: `train_loss` is the loss while training. */
export function readMetrics(metrics: Readonly<Record<string, unknown>>): MetricPoint[] {
  const step = Number(metrics["step"]);
  if (!Number.isInteger(step)) return [];
  const byKind: Record<MetricPoint["kind"], MetricPoint["values"]> = { train: {}, eval: {} };
  for (const [key, value] of Object.entries(metrics)) {
    const found = PREFIXES.find(([prefix]) => key.startsWith(prefix));
    if (found && typeof value === "number") byKind[found[1]][found[2] + key.slice(found[0].length)] = value;
  }
  return (["train", "eval"] as const).flatMap((kind) => (Object.keys(byKind[kind]).length > 0 ? [{ step, kind, values: byKind[kind] }] : []));
}

/** The last fine-tuning job of a step at a provider. Throws `not_found`. */
export async function readTuning({ database: { prisma, pool } }: Pick<SharedResources, "database">, fingerprint: string) {
  const tuning = await prisma.providerTuning.findFirst({ where: { fingerprint }, orderBy: { createdAt: "desc" } });
  if (!tuning) throw new AppError("not_found", { what: "fine-tuning", id: fingerprint });
  const connection = await prisma.connection.findUnique({ where: { id: tuning.connectionId }, select: { name: true } });
  const events = await prisma.providerTuningEvent.findMany({ where: { tuningId: tuning.id }, orderBy: [{ at: "desc" }, { id: "desc" }], take: EVENTS_SHOWN });
  const metrics = await pool.query<{ metrics: Record<string, unknown> }>(METRICS, [tuning.id]);
  const examples = readStored(tuningExamples, tuning.examples, null, `fine-tuning ${tuning.id}`);
  return {
    id: tuning.id,
    name: tuning.name,
    state: readStored(z.enum(["sending", "open", "done", "failed", "cancelled"]), tuning.state, "failed", `fine-tuning ${tuning.id}`),
    connection: { id: tuning.connectionId, name: connection?.name ?? tuning.connectionId },
    baseModel: tuning.model,
    settings: readStored(tuningSettings, tuning.settings, NO_SETTINGS, `fine-tuning ${tuning.id}`),
    trainRows: examples?.train.rows ?? 0,
    validationRows: examples?.validation?.rows ?? 0,
    remoteId: tuning.remoteId,
    status: tuning.status,
    finishAt: tuning.finishAt?.toISOString() ?? null,
    tunedModel: tuning.tunedModel,
    trainedTokens: tuning.trainedTokens,
    costMicros: tuning.price === null ? null : Number(tuning.costMicros),
    error: readStoredError(tuning.error),
    events: events.map(({ id, at, level, message }) => ({ id, at: at.toISOString(), level, message })),
    metrics: metrics.rows.flatMap((row) => readMetrics(row.metrics)).sort((a, b) => a.step - b.step),
  };
}
