import { z } from "zod";
import { providerEntry } from "@/lib/contracts/providers";
import type { TuningSettings } from "@/lib/contracts/tuning";
import { AppError } from "@/lib/core/app-error";
import { askProvider, deleteAt } from "../ask-provider";
import type { ModelTarget } from "../endpoint";
import { sendOnce } from "../openai-files";
import type { CallLimits } from "../send-to";

const jobShape = z.object({
  id: z.string(),
  status: z.string(),
  created_at: z.number(),
  fine_tuned_model: z.string().nullish(),
  trained_tokens: z.number().nullish(),
  estimated_finish: z.number().nullish(),
  training_file: z.string().nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish(), param: z.string().nullish() }).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
const jobsShape = z.object({ data: z.array(jobShape), has_more: z.boolean().nullish() });
const eventShape = z.object({
  id: z.string(),
  created_at: z.number(),
  level: z.string().nullish(),
  message: z.string(),
  type: z.string().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
});
const eventsShape = z.object({ data: z.array(eventShape), has_more: z.boolean().nullish() });

/** A fine-tuning job as its provider tells of it. */
export interface RemoteTuning {
  id: string;
  state: "open" | "succeeded" | "failed" | "cancelled";
  /** The provider's own word. */
  status: string;
  model: string | null;
  trainedTokens: number | null;
  finishAt: Date | null;
  /** Why it failed. */
  detail: string;
}
export type TuningEvent = z.infer<typeof eventShape>;

const JOBS = "/fine_tuning/jobs";
const MARK = "reverie_tuning";
/** The provider's clock may differ from ours. */
const CLOCK_SECONDS = 600;
const ENDS = new Set(["succeeded", "failed", "cancelled"]);

function toRemote({ id, status, fine_tuned_model, trained_tokens, estimated_finish, error }: z.infer<typeof jobShape>): RemoteTuning {
  return {
    id,
    state: ENDS.has(status) ? (status as RemoteTuning["state"]) : "open",
    status,
    model: fine_tuned_model ?? null,
    trainedTokens: trained_tokens ?? null,
    finishAt: estimated_finish ? new Date(estimated_finish * 1000) : null,
    detail: [error?.message ?? "", error?.code ? `(${error.code})` : "", error?.param ? `[${error.param}]` : ""].filter((part) => part !== "").join(" "),
  };
}

function writeMethod({ method, epochs, batchSize, learningRateMultiplier, beta }: TuningSettings): Record<string, unknown> {
  const hyperparameters = { n_epochs: epochs ?? "auto", batch_size: batchSize ?? "auto", learning_rate_multiplier: learningRateMultiplier ?? "auto", ...(method === "dpo" && { beta: beta ?? "auto" }) };
  return { type: method, [method]: { hyperparameters } };
}

const pathOf = (id: string) => `${JOBS}/${encodeURIComponent(id)}`;

/** Throws `model_feature_missing` where the provider tunes no models this way. */
export function requireTuning({ endpoint }: ModelTarget): void {
  if (!providerEntry(endpoint.provider).capabilities.fineTuning) throw new AppError("model_feature_missing", { connection: endpoint.name, feature: "fine-tuning" });
}

/** Sends a file of examples, once. */
export function sendExamples(target: ModelTarget, { name, path }: { name: string; path: string }, limits: CallLimits): Promise<string> {
  return sendOnce(target, { name, path, purpose: "fine-tune", expiresSeconds: null }, limits);
}

export interface TuningToStart {
  /** Ours, by which it is found again. */
  id: string;
  /** The provider's ids. */
  files: { train: string; validation: string | null };
  settings: TuningSettings;
}

export async function createTuning(target: ModelTarget, { id, files, settings }: TuningToStart, limits: CallLimits): Promise<RemoteTuning> {
  const body = {
    model: target.model,
    training_file: files.train,
    ...(files.validation !== null && { validation_file: files.validation }),
    method: writeMethod(settings),
    ...(settings.suffix !== "" && { suffix: settings.suffix }),
    seed: settings.seed,
    metadata: { [MARK]: id },
  };
  return toRemote(await askProvider(target, { method: "POST", address: JOBS, body: JSON.stringify(body) }, jobShape, limits));
}

/** A job that a worker may have started before it died: it has our mark, or our file, which no other job has. */
export async function findTuning(target: ModelTarget, { id, file, since }: { id: string; file: string; since: Date }, limits: CallLimits): Promise<RemoteTuning | null> {
  const oldest = since.getTime() / 1000 - CLOCK_SECONDS;
  for (let after = ""; ; ) {
    const { data, has_more } = await askProvider(target, { method: "GET", address: `${JOBS}?limit=100${after}` }, jobsShape, limits);
    const ours = data.find(({ metadata, training_file }) => metadata?.[MARK] === id || training_file === file);
    if (ours) return toRemote(ours);
    const last = data.at(-1);
    if (!has_more || !last || last.created_at < oldest) return null;
    after = `&after=${encodeURIComponent(last.id)}`;
  }
}

export async function lookAtTuning(target: ModelTarget, id: string, limits: CallLimits): Promise<RemoteTuning> {
  return toRemote(await askProvider(target, { method: "GET", address: pathOf(id) }, jobShape, limits));
}

/** The job's events that are not known yet, the oldest first. */
export async function readTuningEvents(target: ModelTarget, { id, isKnown }: { id: string; isKnown: (event: string) => boolean }, limits: CallLimits): Promise<TuningEvent[]> {
  const found: TuningEvent[] = [];
  for (let after = ""; ; ) {
    const { data, has_more } = await askProvider(target, { method: "GET", address: `${pathOf(id)}/events?limit=100${after}` }, eventsShape, limits);
    const fresh = data.filter((event) => !isKnown(event.id));
    found.push(...fresh);
    const last = data.at(-1);
    if (!has_more || !last || fresh.length < data.length) return found.reverse();
    after = `&after=${encodeURIComponent(last.id)}`;
  }
}

export async function cancelTuning(target: ModelTarget, id: string, limits: CallLimits): Promise<void> {
  await askProvider(target, { method: "POST", address: `${pathOf(id)}/cancel`, body: "{}" }, jobShape, limits);
}

export async function forgetExamples(target: ModelTarget, files: readonly string[], limits: CallLimits): Promise<void> {
  for (const file of files) await deleteAt(target, `/files/${encodeURIComponent(file)}`, limits);
}
