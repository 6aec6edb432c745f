import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { BATCH_SHARE } from "@/lib/contracts/prices";
import { batchesOf, type BatchProtocol, type RemoteBatch } from "@/lib/llm/batches/batch-protocol";
import type { ModelTarget } from "@/lib/llm/endpoint";
import { writeChat } from "@/lib/llm/provider-call";
import { knownRefusals } from "@/lib/llm/refusals";
import type { CallLimits } from "@/lib/llm/send-to";
import { storableJson } from "@/lib/core/storable-text";
import { createId } from "@/lib/core/ids";
import { BUDGET_LEFT } from "../budgets";
import { inTransaction } from "../in-transaction";
import { pauseForBudget } from "../pause-run";
import type { WorkerResources } from "../resources";
import type { BatchRow } from "./batch-rows";
import type { StoredCall } from "./park-calls";

/** Requests written to the file at a time. */
const PAGE = 200;
/** After a refusal for want of room at the provider, looks until the next try. */
const REFUSED_LOOKS = 10;

/** Steps whose chunks have all noted down what they ask, by run. */
const READY = `
  SELECT s.id, s.run_id FROM step_run s JOIN run r ON r.id = s.run_id
  WHERE s.state = 'running' AND r.state = 'running' AND EXISTS (SELECT 1 FROM batch_call c WHERE c.step_run_id = s.id AND c.state = 'new')
    AND NOT EXISTS (SELECT 1 FROM chunk k WHERE k.step_run_id = s.id AND k.state IN ('queued', 'running') AND k.waits_for IS NULL)
    AND NOT EXISTS (SELECT 1 FROM provider_batch b WHERE b.step_run_id = s.id AND b.state = 'refused' AND b.ended_at > now() - $1 * interval '1 second')`;

/** Each call once, and none that another step's batch is asking now: its reply will serve both. */
const CLAIM = `
  WITH each AS (
    SELECT DISTINCT ON (key) key, chunk_id, bytes FROM batch_call c
    WHERE step_run_id = $1 AND state = 'new' AND NOT EXISTS (SELECT 1 FROM batch_call o WHERE o.key = c.key AND o.state = 'sent')
    ORDER BY key, chunk_id LIMIT $2
  ), sized AS (SELECT *, sum(bytes + $4::int) OVER (ORDER BY key) AS upto FROM each)
  UPDATE batch_call c SET state = 'sent', batch_id = $5, attempts = attempts + 1 FROM sized WHERE sized.upto <= $3 AND c.chunk_id = sized.chunk_id AND c.key = sized.key`;

const TOTALS = `
  WITH batch AS (SELECT count(*)::int AS calls, COALESCE(sum(prompt_tokens), 0) AS prompt, COALESCE(sum(completion_tokens), 0) AS completion FROM batch_call WHERE batch_id = $1),
    noted AS (UPDATE provider_batch SET total = batch.calls FROM batch WHERE id = $1)
  SELECT * FROM batch`;

export interface ReadyStep {
  id: string;
  run_id: string;
}

export async function findReadySteps({ database: { pool }, batchPollSeconds }: WorkerResources): Promise<ReadyStep[]> {
  // Replies that came by another way need no batch.
  await pool.query("UPDATE batch_call c SET state = 'answered' FROM call_cache r WHERE c.state = 'new' AND r.key = c.key");
  return (await pool.query<ReadyStep>(READY, [REFUSED_LOOKS * batchPollSeconds])).rows;
}

/**
 * Makes a batch of a step's calls, as large as the provider takes, and stores it before anything is sent. Null where
 * nothing is left to send, or no budget reaches for it: a batch is paid as a whole, so the run pauses first.
 */
export async function claimBatch(resources: WorkerResources, step: ReadyStep, target: ModelTarget): Promise<string | null> {
  const { mostRequests, mostBytes, frame } = batchesOf(target);
  const price = target.endpoint.prices.get(target.model);
  const id = createId("batch");
  const outcome = await inTransaction(resources, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`batch:${step.id}`]);
    const { rows: refused } = await client.query<{ most: number | null }>("SELECT min(total) / 2 AS most FROM provider_batch WHERE step_run_id = $1 AND state = 'refused'", [step.id]);
    const most = Math.max(1, Math.min(mostRequests, refused[0]?.most ?? mostRequests));
    await client.query("SAVEPOINT claim");
    await client.query(
      "INSERT INTO provider_batch (id, run_id, step_run_id, connection_id, model, state, held_by, look_at, total) VALUES ($1, $2, $3, $4, $5, 'sending', $6, now(), 0)",
      [id, step.run_id, step.id, target.endpoint.id, target.model, resources.workerId],
    );
    await client.query(CLAIM, [step.id, most, mostBytes - frame.start.length - frame.end.length, frame.between.length, id]);
    const { rows } = await client.query<{ calls: number; prompt: string; completion: string }>(TOTALS, [id]);
    const { calls = 0, prompt = "0", completion = "0" } = rows[0] ?? {};
    const cost = price ? BATCH_SHARE * (Number(prompt) * price.input + Number(completion) * price.output) : 0;
    const { rows: budget } = await client.query<{ left: string | null }>(`SELECT ${BUDGET_LEFT} AS left FROM run r WHERE r.id = $1`, [step.run_id]);
    const left = budget[0]?.left ?? null;
    const isOverBudget = left !== null && Number(left) < Math.max(1, cost);
    if (calls === 0 || isOverBudget) await client.query("ROLLBACK TO SAVEPOINT claim");
    return calls === 0 ? "nothing" : isOverBudget ? "over budget" : "claimed";
  });
  if (outcome === "over budget") await pauseForBudget(resources, step.run_id);
  return outcome === "claimed" ? id : null;
}

/**
 * The batch at the provider: the one that a worker sent before it died, where that may be, or a new one. Null where it was not
 * sent and is not wanted any more.
 */
export async function sendBatch(resources: WorkerResources, batch: BatchRow, { target, limits, maybeSent }: { target: ModelTarget; limits: CallLimits; maybeSent: boolean }): Promise<{ batch: RemoteBatch; isSure: boolean } | null> {
  const found = maybeSent ? await findSent(resources, batch, target, limits) : null;
  if (found) return found;
  if (!batch.is_wanted) return null;
  const protocol = batchesOf(target);
  const folder = join(resources.dataFolder, "tmp");
  const path = join(folder, batch.id);
  await mkdir(folder, { recursive: true });
  try {
    const refused = knownRefusals(target);
    // Its answers are read by what was sent, of which the process that reads them may know nothing.
    await resources.database.pool.query("UPDATE provider_batch SET refused = $2 WHERE id = $1", [batch.id, storableJson(Object.fromEntries(refused))]);
    await pipeline(writeRequests(resources, batch, { target, protocol, refused }), createWriteStream(path));
    return { batch: await protocol.send(target, { id: batch.id, path, count: batch.total, since: batch.created_at }, limits), isSure: true };
  } finally {
    await rm(path, { force: true });
  }
}

async function findSent({ database: { pool } }: WorkerResources, batch: BatchRow, target: ModelTarget, limits: CallLimits) {
  const { rows } = await pool.query<{ remote_id: string }>("SELECT remote_id FROM provider_batch WHERE connection_id = $1 AND remote_id IS NOT NULL", [batch.connection_id]);
  return batchesOf(target).find(target, { id: batch.id, count: batch.total, since: batch.created_at, known: rows.map((row) => row.remote_id) }, limits);
}

async function* writeRequests({ database: { pool } }: WorkerResources, batch: BatchRow, { target, protocol, refused }: { target: ModelTarget; protocol: BatchProtocol; refused: ReadonlyMap<string, string> }): AsyncGenerator<string> {
  const { frame } = protocol;
  yield frame.start;
  let isFirst = true;
  for (let after: Buffer = Buffer.alloc(0); ; ) {
    const { rows } = await pool.query<{ key: Buffer; call: StoredCall }>("SELECT key, call FROM batch_call WHERE batch_id = $1 AND key > $2 ORDER BY key LIMIT $3", [batch.id, after, PAGE]);
    for (const { key, call } of rows) {
      yield `${isFirst ? "" : frame.between}${protocol.write(target, key.toString("hex"), writeChat(target, call, refused).body)}`;
      isFirst = false;
    }
    const last = rows.at(-1);
    if (!last) break;
    after = last.key;
  }
  yield frame.end;
}
