import { AppError, toAppError } from "@/lib/core/app-error";
import { logger } from "@/lib/core/logger";
import type { ModelTarget } from "@/lib/llm/endpoint";
import { isFatalForStep } from "@/lib/llm/model-client";
import type { CallLimits } from "@/lib/llm/send-to";
import { cancelTuning, forgetExamples, lookAtTuning, readTuningEvents, type RemoteTuning, type TuningEvent } from "@/lib/llm/tuning/openai-tuning";
import { findTargets, toEndpoint, type Target } from "../connection-endpoint";
import type { WorkerResources } from "../resources";
import { fitsBudget, sendTuning } from "./send-tuning";
import { acceptTuning, refuseTuning } from "./settle-tuning";
import { TUNING_COLUMNS, type TuningRow } from "./tuning-row";

/** Of one exchange with the provider; of a file, of each wait within it. */
const TIMEOUT_MS = 120_000;
/** Jobs looked at in one go. */
const MOST_AT_ONCE = 100;
/** Events make the curve, so a job is looked at more often than a batch. */
const MOST_POLL_SECONDS = 10;
/** A job that the provider says nothing of for so long is given up. */
const LOST_HOURS = 72;

/** One that is due, or whose step has ended; not one that another living worker looks after, and none of a paused run that was not sent. */
const TAKE = `
  UPDATE provider_tuning t SET held_by = $1, attempts = attempts + 1 WHERE t.id = (
    SELECT d.id FROM provider_tuning d JOIN run r ON r.id = d.run_id WHERE d.state IN ('sending', 'open')
      AND (d.look_at <= now() OR (NOT d.is_cancelled AND d.error IS NULL AND NOT EXISTS (SELECT 1 FROM step_run s WHERE s.id = d.step_run_id AND s.state = 'running')))
      AND (d.state = 'open' OR r.state <> 'paused')
      AND (d.held_by IS NULL OR d.held_by = $1 OR NOT EXISTS (SELECT 1 FROM worker_process w WHERE w.id = d.held_by AND w.heartbeat_at > now() - $2 * interval '1 second'))
    ORDER BY d.look_at LIMIT 1 FOR UPDATE OF d SKIP LOCKED) RETURNING ${TUNING_COLUMNS}`;

/**
 * Sends fine-tuning jobs, looks at those that run and takes in what has ended; cancels what nobody waits for any more. One worker
 * looks after a job at a time. All truth is in Postgres, so it may stop anywhere, and stopping cancels nothing.
 */
export async function keepTunings(resources: WorkerResources, signal: AbortSignal): Promise<void> {
  for (let looked = 0; looked < MOST_AT_ONCE && !signal.aborted; looked += 1) {
    const { rows } = await resources.database.pool.query<TuningRow>(TAKE, [resources.workerId, resources.leaseSeconds]);
    if (!rows[0]) break;
    await lookAfter(resources, rows[0], signal);
  }
}

async function openTarget(resources: WorkerResources, { connection_id, model }: TuningRow): Promise<Target> {
  const [found] = await findTargets(resources, { connection: connection_id, model });
  if (!found) throw new AppError("connection_missing");
  return found;
}

async function lookAfter(resources: WorkerResources, tuning: TuningRow, signal: AbortSignal): Promise<void> {
  const limits = { timeoutMs: TIMEOUT_MS, signal };
  try {
    const stored = await openTarget(resources, tuning);
    const target = { endpoint: toEndpoint(resources, stored.row), model: stored.model };
    if (tuning.state === "sending") await send(resources, tuning, target, limits);
    else await look(resources, tuning, { stored, target, limits });
  } catch (error) {
    const failure = toAppError(error);
    // The worker leaves; another goes on from here.
    if (failure.code === "cancelled") return;
    logger.warn("tuning_failed", { tuning: tuning.id, code: failure.code, detail: failure.message });
    // A job that runs costs money whatever is wrong with the key for an hour: only one that was not taken ends its step.
    const isHopeless = tuning.state === "sending" ? isRefusal(failure) : failure.code === "model_not_found" || failure.code === "connection_missing";
    if (isHopeless) await refuseTuning(resources, tuning, { state: "failed", error: failure, remote: null });
    else await postpone(resources, tuning, failure);
  }
}

function isRefusal(failure: AppError): boolean {
  return failure.code !== "model_unreachable" && (isFatalForStep(failure) || (failure.retry === "never" && failure.code !== "internal"));
}

async function send(resources: WorkerResources, tuning: TuningRow, target: ModelTarget, limits: CallLimits): Promise<void> {
  if (tuning.is_wanted && tuning.attempts === 1 && !(await fitsBudget(resources, tuning))) {
    // As if it had never been taken up: it is asked again when the run goes on.
    await resources.database.pool.query("UPDATE provider_tuning SET held_by = NULL, attempts = 0 WHERE id = $1", [tuning.id]);
    return;
  }
  const remote = await sendTuning(resources, tuning, target, limits);
  if (!remote) {
    await refuseTuning(resources, tuning, { state: "cancelled", error: new AppError("cancelled"), remote: null });
    return;
  }
  await resources.database.pool.query("UPDATE provider_tuning SET state = 'open', remote_id = $2, status = $3, error = NULL, silent_since = NULL, held_by = NULL, look_at = now() WHERE id = $1", [tuning.id, remote.id, remote.status]);
}

interface Look {
  stored: Target;
  target: ModelTarget;
  limits: CallLimits;
}

async function look(resources: WorkerResources, tuning: TuningRow, { stored, target, limits }: Look): Promise<void> {
  const id = tuning.remote_id ?? "";
  const remote = await lookAtTuning(target, id, limits);
  await noteEvents(resources, tuning, { target, limits });
  if (remote.state === "open") {
    const cancels = !tuning.is_wanted && !tuning.is_cancelled;
    if (cancels) await cancelTuning(target, id, limits);
    await resources.database.pool.query(
      "UPDATE provider_tuning SET status = $2, finish_at = $3, is_cancelled = is_cancelled OR $4, error = NULL, silent_since = NULL, held_by = NULL, look_at = now() + $5 * interval '1 second' WHERE id = $1",
      [tuning.id, remote.status, remote.finishAt, cancels, pollSeconds(resources)],
    );
    return;
  }
  await settle(resources, tuning, remote, { stored, target });
  // What stays behind is only in the way of the next.
  const files = [tuning.files.train, tuning.files.validation].filter((file) => file !== undefined);
  await forgetExamples(target, files, limits).catch((error: unknown) => logger.warn("examples_not_deleted", { tuning: tuning.id, detail: toAppError(error).message }));
}

async function settle(resources: WorkerResources, tuning: TuningRow, remote: RemoteTuning, { stored, target }: Pick<Look, "stored" | "target">): Promise<void> {
  const connection = target.endpoint.name;
  if (remote.state === "succeeded" && remote.model !== null) await acceptTuning(resources, tuning, { ...remote, model: remote.model }, stored);
  else if (remote.state === "cancelled") await refuseTuning(resources, tuning, { state: "cancelled", error: new AppError(tuning.is_wanted ? "tuning_cancelled" : "cancelled", { connection }), remote });
  else await refuseTuning(resources, tuning, { state: "failed", error: new AppError("tuning_failed", { connection, detail: remote.detail || remote.status }), remote });
}

const pollSeconds = ({ batchPollSeconds }: WorkerResources): number => Math.min(MOST_POLL_SECONDS, batchPollSeconds);

const NOTE = `
  INSERT INTO provider_tuning_event (tuning_id, id, at, level, message, metrics) SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[]) ON CONFLICT DO NOTHING`;

/** Events are stored before the state that they led to. */
async function noteEvents({ database: { pool } }: WorkerResources, tuning: TuningRow, { target, limits }: Pick<Look, "target" | "limits">): Promise<void> {
  const { rows } = await pool.query<{ id: string }>("SELECT id FROM provider_tuning_event WHERE tuning_id = $1", [tuning.id]);
  const known = new Set(rows.map(({ id }) => id));
  const events = await readTuningEvents(target, { id: tuning.remote_id ?? "", isKnown: (event) => known.has(event) }, limits);
  if (events.length === 0) return;
  const column = <Value>(pick: (event: TuningEvent) => Value): Value[] => events.map(pick);
  await pool.query(NOTE, [
    tuning.id,
    column(({ id }) => id),
    column(({ created_at }) => new Date(created_at * 1000)),
    column(({ level }) => level ?? "info"),
    column(({ message }) => message),
    column(({ type, data }) => (type === "metrics" && data ? JSON.stringify(data) : null)),
  ]);
}

/** Looks again later. One that was not heard of for days is given up, and says so. */
async function postpone(resources: WorkerResources, tuning: TuningRow, error: AppError): Promise<void> {
  const { rows } = await resources.database.pool.query<{ silent: boolean }>(
    `UPDATE provider_tuning SET error = $2, held_by = NULL, look_at = now() + $3 * interval '1 second', silent_since = COALESCE(silent_since, now()) WHERE id = $1
     RETURNING silent_since < now() - $4 * interval '1 hour' AS silent`,
    [tuning.id, error.toRecord(), pollSeconds(resources), LOST_HOURS],
  );
  if (rows[0]?.silent) await refuseTuning(resources, tuning, { state: "failed", error: new AppError("tuning_lost", { connection: tuning.connection_id, hours: LOST_HOURS, detail: error.message }), remote: null });
}
