import { join } from "node:path";
import { tuningSettings } from "@/lib/contracts/tuning";
import { retryWhileAway } from "@/lib/core/transient-error";
import type { ModelTarget } from "@/lib/llm/endpoint";
import type { CallLimits } from "@/lib/llm/send-to";
import { createTuning, findTuning, sendExamples, type RemoteTuning } from "@/lib/llm/tuning/openai-tuning";
import { BUDGET_LEFT } from "../budgets";
import { pauseForBudget } from "../pause-run";
import type { WorkerResources } from "../resources";
import { tuningExamples } from "./start-tuning";
import type { TuningRow } from "./tuning-row";

/** A token of English text, about. */
const BYTES_PER_TOKEN = 4;
/** Where the provider chooses them; it has always been near three. */
const USUAL_EPOCHS = 3;

/** Whether the run's budget reaches for what the job may cost; where it does not, the run pauses first. Always where no price is known. */
export async function fitsBudget(resources: WorkerResources, tuning: TuningRow): Promise<boolean> {
  const { train } = tuningExamples.parse(tuning.examples);
  const epochs = tuningSettings.parse(tuning.settings).epochs ?? USUAL_EPOCHS;
  const cost = (tuning.price ?? 0) * epochs * (train.bytes / BYTES_PER_TOKEN);
  const { rows } = await resources.database.pool.query<{ left: string | null }>(`SELECT ${BUDGET_LEFT} AS left FROM run r WHERE r.id = $1`, [tuning.run_id]);
  const left = rows[0]?.left ?? null;
  if (left === null || Number(left) >= Math.max(1, cost)) return true;
  await pauseForBudget(resources, tuning.run_id);
  return false;
}

/**
 * The job at the provider: the one that a worker started before it died, or a new one. Each file's id is stored as soon as it is
 * there. Null where it was not started and is not wanted any more.
 */
export async function sendTuning(resources: WorkerResources, tuning: TuningRow, target: ModelTarget, limits: CallLimits): Promise<RemoteTuning | null> {
  const started = tuning.attempts > 1 && tuning.files.train !== undefined ? await findTuning(target, { id: tuning.id, file: tuning.files.train, since: tuning.created_at }, limits) : null;
  if (started) return started;
  if (!tuning.is_wanted) return null;
  const examples = tuningExamples.parse(tuning.examples);
  const train = tuning.files.train ?? (await sendFile(resources, tuning, { kind: "train", file: examples.train.file }, target, limits));
  const validation = examples.validation && (tuning.files.validation ?? (await sendFile(resources, tuning, { kind: "validation", file: examples.validation.file }, target, limits)));
  return createTuning(target, { id: tuning.id, files: { train, validation }, settings: tuningSettings.parse(tuning.settings) }, limits);
}

async function sendFile(resources: WorkerResources, tuning: TuningRow, { kind, file }: { kind: "train" | "validation"; file: string }, target: ModelTarget, limits: CallLimits): Promise<string> {
  const id = await sendExamples(target, { name: `${tuning.id}-${kind}.jsonl`, path: join(resources.dataFolder, file) }, limits);
  await retryWhileAway(() => resources.database.pool.query("UPDATE provider_tuning SET files = files || jsonb_build_object($2::text, $3::text) WHERE id = $1", [tuning.id, kind, id]));
  return id;
}
