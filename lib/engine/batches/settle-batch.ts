import { AppError, isAppError, toAppError, type ErrorRecord } from "@/lib/core/app-error";
import { retryWhileAway } from "@/lib/core/transient-error";
import { BATCH_SHARE } from "@/lib/contracts/prices";
import { batchesOf, type BatchAnswer, type RemoteBatch } from "@/lib/llm/batches/batch-protocol";
import type { ChangedValue } from "@/lib/contracts/changed-values";
import type { CallKeys } from "@/lib/llm/call-store";
import { costOfCall } from "@/lib/llm/call-cost";
import type { ModelTarget } from "@/lib/llm/endpoint";
import { isFatalForStep, toStored } from "@/lib/llm/model-client";
import type { TokenUsage } from "@/lib/llm/chat";
import { paidUsage } from "@/lib/llm/paid-calls";
import { learnsRefusalLate, readChat, writeChat } from "@/lib/llm/provider-call";
import { describeStatus } from "@/lib/llm/providers/describe-status";
import type { ParsedReply } from "@/lib/llm/providers/protocol";
import type { CallLimits } from "@/lib/llm/send-to";
import { inTransaction } from "../in-transaction";
import type { WorkerResources } from "../resources";
import type { BatchRow } from "./batch-rows";
import type { StoredCall } from "./park-calls";

/** Answers taken together; each may be as long as a reply may be. */
const TOGETHER = 100;
const TOGETHER_CHARACTERS = 8_000_000;
/** Times a call is sent that was not answered, or not well. */
const MOST_ATTEMPTS = 3;
/** Times it is sent without a parameter more: a batch learns one at a time. */
const MOST_LEARNED = 6;

interface SentCall extends CallKeys {
  call: StoredCall;
  attempts: number;
}

type Outcome = CallKeys & ({ kind: "answered"; reply: ParsedReply; body: Record<string, unknown>; changed: ChangedValue[]; attempts: number } | { kind: "again"; wasted: TokenUsage | null } | { kind: "failed"; error: AppError; wasted: TokenUsage | null });

/** What an answer means for its call. Throws an error that ends the step. */
function judge({ call, attempts, ...keys }: SentCall, answer: BatchAnswer, { target, refused }: { target: ModelTarget; refused: ReadonlyMap<string, string> | undefined }): Outcome {
  const written = writeChat(target, call, refused);
  try {
    if ("missed" in answer) throw new AppError("model_batch_unanswered", { connection: target.endpoint.name, detail: answer.detail });
    const reply = { status: answer.status, text: JSON.stringify(answer.body), retryAfterSeconds: null, contentType: "application/json" };
    if (attempts < MOST_LEARNED && answer.status >= 300 && learnsRefusalLate(reply, target, written)) return { ...keys, kind: "again", wasted: null };
    if (answer.status >= 300) throw describeStatus(reply, target);
    return { ...keys, kind: "answered", reply: readChat(reply, { target, request: written.request, stop: call.sampling.stop }), body: written.body, changed: written.changed, attempts };
  } catch (error) {
    const failure = toAppError(error);
    if (isFatalForStep(failure)) throw failure;
    const wasted = paidUsage(failure);
    return failure.retry !== "never" && attempts < MOST_ATTEMPTS ? { ...keys, kind: "again", wasted } : { ...keys, kind: "failed", error: failure, wasted };
  }
}

async function readCalls({ database: { pool } }: WorkerResources, batchId: string, keys: Buffer[]): Promise<Map<string, SentCall>> {
  const { rows } = await pool.query<SentCall>("SELECT key, open_key AS \"openKey\", max_tokens AS \"maxTokens\", call, attempts FROM batch_call WHERE batch_id = $1 AND state = 'sent' AND key = ANY($2)", [batchId, keys]);
  return new Map(rows.map((row) => [row.key.toString("hex"), row]));
}

const ANSWERED = `
  WITH bill AS (
    UPDATE batch_call c SET state = 'answered' FROM unnest($2::bytea[], $3::bigint[]) AS p(key, cost)
    WHERE c.batch_id = $1 AND c.state = 'sent' AND c.key = p.key RETURNING c.chunk_id, p.cost
  ), each AS (SELECT chunk_id, count(*) AS calls, sum(cost) AS cost FROM bill GROUP BY chunk_id)
  UPDATE chunk SET calls = chunk.calls + each.calls, cost_micros = chunk.cost_micros + each.cost FROM each WHERE chunk.id = each.chunk_id`;

/** Answers that could not be used are paid for all the same. */
const WASTED = `
  WITH bill AS (SELECT c.chunk_id, p.cost FROM batch_call c JOIN unnest($2::bytea[], $3::bigint[]) AS p(key, cost) ON c.key = p.key WHERE c.batch_id = $1 AND c.state = 'sent'),
  each AS (SELECT chunk_id, count(*) AS calls, sum(cost) AS cost FROM bill GROUP BY chunk_id)
  UPDATE chunk SET calls = chunk.calls + each.calls, cost_micros = chunk.cost_micros + each.cost FROM each WHERE chunk.id = each.chunk_id`;

/** Another chunk of the step that asks the same would only hear the same. */
const FAILED = `
  UPDATE batch_call c SET state = 'failed', error = p.error FROM unnest($2::bytea[], $3::jsonb[]) AS p(key, error)
  WHERE c.step_run_id = $1 AND c.state IN ('new', 'sent') AND c.key = p.key`;

/**
 * Stores what became of some calls. Replies are in the cache before their calls count as answered and are billed, and that is
 * one transaction: read twice, an answer is billed once.
 */
async function store(resources: WorkerResources, batch: BatchRow, target: ModelTarget, outcomes: Outcome[]): Promise<void> {
  const answered = outcomes.filter((outcome) => outcome.kind === "answered");
  await Promise.all(
    answered.map(({ key, openKey, maxTokens, reply, body, changed, attempts }) =>
      resources.models.keep({ keys: { key, openKey, maxTokens }, reply: toStored({ reply, changed }, key, 0), model: batch.model, request: body, attempts }),
    ),
  );
  const price = target.endpoint.prices.get(target.model);
  const costs = answered.map(({ reply }) => costOfCall(reply, price, BATCH_SHARE));
  const failed = outcomes.filter((outcome) => outcome.kind === "failed");
  const again = outcomes.filter(({ kind }) => kind === "again");
  const wasted = outcomes.flatMap((outcome) => (outcome.kind !== "answered" && outcome.wasted ? [{ key: outcome.key, cost: costOfCall(outcome.wasted, price, BATCH_SHARE) }] : []));
  await retryWhileAway(() =>
    inTransaction(resources, async (client) => {
      if (answered.length > 0) await client.query(ANSWERED, [batch.id, answered.map(({ key }) => key), costs]);
      if (wasted.length > 0) await client.query(WASTED, [batch.id, wasted.map(({ key }) => key), wasted.map(({ cost }) => cost)]);
      if (failed.length > 0) await client.query(FAILED, [batch.step_run_id, failed.map(({ key }) => key), failed.map(({ error }) => JSON.stringify(error.toRecord()))]);
      if (again.length > 0) await client.query("UPDATE batch_call SET state = 'new', batch_id = NULL WHERE batch_id = $1 AND state = 'sent' AND key = ANY($2)", [batch.id, again.map(({ key }) => key)]);
    }),
  );
}

/**
 * Takes the answers of a batch that has ended into the call cache and onto the bill. A call that was not answered is asked
 * again in another batch, or fails with why. Gives the error that ends the step, where one of them does.
 */
export async function settleBatch(resources: WorkerResources, batch: BatchRow, { target, remote, limits }: { target: ModelTarget; remote: RemoteBatch; limits: CallLimits }): Promise<AppError | null> {
  const fatal: AppError[] = [];
  const refused = batch.refused === null ? undefined : new Map(Object.entries(batch.refused));
  let waiting: BatchAnswer[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    const answers = waiting;
    [waiting, characters] = [[], 0];
    const calls = await retryWhileAway(() => readCalls(resources, batch.id, answers.map(({ key }) => Buffer.from(key, "hex"))));
    const outcomes = answers.flatMap((answer) => {
      const call = calls.get(answer.key);
      if (!call) return [];
      try {
        return [judge(call, answer, { target, refused })];
      } catch (error) {
        if (!isAppError(error)) throw error;
        fatal.push(error);
        return [];
      }
    });
    await store(resources, batch, target, outcomes);
  };
  await batchesOf(target).read(
    target,
    remote,
    async (answer) => {
      waiting.push(answer);
      characters += "missed" in answer ? answer.detail.length : JSON.stringify(answer.body).length;
      if (waiting.length >= TOGETHER || characters > TOGETHER_CHARACTERS) await flush();
    },
    limits,
  );
  await flush();
  if (fatal.length === 0) await giveUpUnanswered(resources, batch, new AppError("model_batch_unanswered", { connection: target.endpoint.name, detail: "no answer" }).toRecord());
  return fatal[0] ?? null;
}

/** Calls of a batch that ended without a word of them. */
async function giveUpUnanswered({ database: { pool } }: WorkerResources, batch: BatchRow, error: ErrorRecord): Promise<void> {
  await retryWhileAway(() =>
    pool.query(
      `UPDATE batch_call SET state = CASE WHEN attempts < $2 THEN 'new' ELSE 'failed' END, error = CASE WHEN attempts < $2 THEN NULL ELSE $3::jsonb END,
         batch_id = CASE WHEN attempts < $2 THEN NULL ELSE batch_id END WHERE batch_id = $1 AND state = 'sent'`,
      [batch.id, MOST_ATTEMPTS, JSON.stringify(error)],
    ),
  );
}
