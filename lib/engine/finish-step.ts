import type { PoolClient } from "pg";
import type { ErrorRecord } from "@/lib/contracts/errors";
import { AppError } from "@/lib/core/app-error";
import { formatError } from "@/lib/core/format-error";
import { isErrorCode } from "@/lib/core/error-catalogue";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import { chunkParts, type ChunkParts } from "./chunk-parts";
import { joinNotes } from "./changed-calls";
import { enqueueChunks } from "./advance-run";
import { planArrangement } from "./arrange-rows";
import { inTransaction } from "./in-transaction";
import type { SharedResources } from "./resources";
import { removeUnreadable, type StepOutputs, type StepTotals } from "./step-result";

/** Fails a step and takes back its chunks that are not done. */
export async function failStep(client: PoolClient, stepRunId: string, error: ErrorRecord): Promise<void> {
  const { rowCount } = await client.query("UPDATE step_run SET state = 'failed', error = $2, ended_at = now() WHERE id = $1 AND state = 'running'", [stepRunId, error]);
  if (rowCount) await client.query("UPDATE chunk SET state = 'cancelled', lease_token = NULL WHERE step_run_id = $1 AND state IN ('queued', 'running')", [stepRunId]);
}

interface StepRow {
  step_id: string;
  fingerprint: string;
  identity: StepIdentity;
  started_at: Date;
}

interface ChunkRow {
  state: string;
  phase: "rows" | "arrange";
  parts: unknown;
  rows_in: string;
  calls: string;
  calls_cached: string;
  prompt_tokens: string;
  completion_tokens: string;
  cost_micros: string;
}

/** Makes the step's outputs of its chunks' parts, once all are done. True where no chunk is open any more. Safe to call at any time. */
export async function finishStepIfDone(resources: SharedResources, stepRunId: string): Promise<boolean> {
  // Asked after each chunk, so first without a lock. Of two that end together, the later one sees both.
  const { rowCount } = await resources.database.pool.query({ name: "open-chunk", text: "SELECT 1 FROM chunk WHERE step_run_id = $1 AND state IN ('queued', 'running') LIMIT 1", values: [stepRunId] });
  if (rowCount) return false;
  const arranging = await finishStep(resources, stepRunId);
  if (arranging === null) return true;
  await enqueueChunks(resources.queues, resources, [arranging]);
  return false;
}

/** The id of the chunk that arranges the rows, where that is still to be done. */
async function finishStep(resources: SharedResources, stepRunId: string): Promise<string | null> {
  return inTransaction(resources, async (client) => {
    const { rows: steps } = await client.query<StepRow>(
      "SELECT step_id, fingerprint, identity, started_at FROM step_run WHERE id = $1 AND state = 'running' FOR UPDATE",
      [stepRunId],
    );
    const step = steps[0];
    if (!step) return null;
    const { rows: open } = await client.query("SELECT 1 FROM chunk WHERE step_run_id = $1 AND state <> 'done' LIMIT 1", [stepRunId]);
    if (open.length > 0) return null;
    const arranging = await planArrangement(client, { stepRunId, stepId: step.step_id });
    if (arranging !== null) return arranging;
    const { rows: chunks } = await client.query<ChunkRow>(
      `SELECT state, phase, parts, row_end - row_start AS rows_in, calls, calls_cached, prompt_tokens, completion_tokens, cost_micros
       FROM chunk WHERE step_run_id = $1 ORDER BY index`,
      [stepRunId],
    );
    const parts = chunks.map((chunk) => ({ phase: chunk.phase, ...chunkParts.parse(chunk.parts) }));
    const isArranged = parts.some(({ phase }) => phase === "arrange");
    // Rows that were put in order are those of the arranging chunk; rejected and failed ones are those of all.
    const outputs = joinParts(parts.map((part) => (isArranged && part.phase === "rows" ? { ...part, tables: {} } : part)));
    const totals = sumTotals(chunks, outputs, (Date.now() - step.started_at.getTime()) / 1000);
    const failure = findTotalFailure(parts, totals);
    if (failure) {
      await failStep(client, stepRunId, failure.toRecord());
      return null;
    }
    await removeUnreadable(client, step.fingerprint);
    await client.query(
      `INSERT INTO step_result (fingerprint, step_id, folder, outputs, totals, inputs) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (fingerprint) DO NOTHING`,
      [step.fingerprint, step.step_id, `tables/${stepRunId}`, outputs, totals, step.identity.inputs],
    );
    await client.query("UPDATE step_run SET state = $2, ended_at = now() WHERE id = $1", [stepRunId, outputs.pruned ? "skipped" : "done"]);
    return null;
  });
}

function joinParts(chunks: ChunkParts[]): StepOutputs {
  const outputs: StepOutputs = { tables: {}, models: {}, issues: { parts: [], rejected: 0, failed: 0 }, files: [], pruned: chunks.some(({ pruned }) => pruned), notes: joinNotes(chunks.flatMap(({ notes }) => notes)) };
  for (const chunk of chunks) {
    for (const [port, { columns, part }] of Object.entries(chunk.tables)) {
      const table = (outputs.tables[port] ??= { columns, parts: [], rows: 0 });
      // An empty part of a table with other parts says nothing, and one file fewer is opened with each page.
      if (part.rows > 0 || chunks.length === 1) table.parts.push(part);
      table.rows += part.rows;
    }
    Object.assign(outputs.models, chunk.models);
    if (chunk.issues) outputs.issues.parts.push(chunk.issues);
    outputs.issues.rejected += chunk.rejected;
    outputs.issues.failed += chunk.failed;
    outputs.files.push(...chunk.files);
  }
  return outputs;
}

function sumTotals(chunks: ChunkRow[], outputs: StepOutputs, seconds: number): StepTotals {
  const sum = (key: Exclude<keyof ChunkRow, "state" | "phase" | "parts">) => chunks.reduce((total, chunk) => total + Number(chunk[key]), 0);
  return {
    rowsIn: sum("rows_in"),
    rowsOut: Object.values(outputs.tables).reduce((total, table) => total + table.rows, 0),
    rejected: outputs.issues.rejected,
    failed: outputs.issues.failed,
    calls: sum("calls"),
    callsCached: sum("calls_cached"),
    promptTokens: sum("prompt_tokens"),
    completionTokens: sum("completion_tokens"),
    costMicros: sum("cost_micros"),
    seconds,
  };
}

/** Where every single row failed the step did: nothing is cached, and the first reason is the step's. */
function findTotalFailure(chunks: ChunkParts[], totals: StepTotals): AppError | null {
  if (totals.failed === 0 || totals.rowsOut > 0 || totals.rejected > 0) return null;
  const first = chunks.find((chunk) => chunk.firstFailure)?.firstFailure;
  const detail = first && isErrorCode(first.code) ? formatError(first.code, first.data) : "see the failed rows";
  return new AppError("all_rows_failed", { rows: totals.failed, detail });
}
