import { z } from "zod";
import { findTrainingPrice } from "@/lib/contracts/prices";
import { providerEntry } from "@/lib/contracts/providers";
import type { TuningSettings } from "@/lib/contracts/tuning";
import { AppError } from "@/lib/core/app-error";
import { createId } from "@/lib/core/ids";
import { requireTuning } from "@/lib/llm/tuning/openai-tuning";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { LeasedChunk } from "../chunk-lease";
import type { ChunkParts } from "../chunk-parts";
import { findTargets, priceBase, toEndpoint } from "../connection-endpoint";
import { inTransaction } from "../in-transaction";
import type { SharedResources } from "../resources";

const examplesOf = z.object({ name: z.string(), file: z.string(), bytes: z.number(), rows: z.number() });
/** Files of examples, relative to the data folder. */
export const tuningExamples = z.object({ train: examplesOf, validation: examplesOf.nullable() });
export type TuningExamples = z.infer<typeof tuningExamples>;

/** A fine-tuning job that a chunk asks for. */
export interface ChunkTuning {
  port: string;
  model: ModelRef;
  settings: TuningSettings;
  /** US dollars a million tokens; null for the list price. */
  price: number | null;
  examples: TuningExamples;
}

const INSERT = `
  INSERT INTO provider_tuning (id, chunk_id, run_id, step_run_id, fingerprint, name, connection_id, model, settings, parts, examples, price, state, look_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'sending', now()) ON CONFLICT (chunk_id) DO NOTHING`;

/**
 * Notes a fine-tuning job down and gives the chunk up to it: it stays `running` without a lease, and `keepTunings` sends the job,
 * looks after it and ends the chunk. Both are one transaction, so that the files it reads are never written again.
 */
export async function startTuning(resources: SharedResources, chunk: LeasedChunk, parts: ChunkParts, { model, settings, price, examples }: ChunkTuning): Promise<void> {
  const [target] = model.connection === LOCAL_CONNECTION ? [] : await findTargets(resources, model);
  if (!target) throw new AppError("connection_missing");
  const endpoint = toEndpoint(resources, target.row);
  requireTuning({ endpoint, model: target.model });
  checkLimits(examples, { limits: providerEntry(endpoint.provider).tuningLimits, connection: endpoint.name });
  const found = price ?? findTrainingPrice(priceBase(target.row), target.model);
  await inTransaction(resources, async (client) => {
    const values = [createId("tuning"), chunk.id, chunk.runId, chunk.stepRunId, chunk.fingerprint, chunk.title, target.row.id, target.model, settings, parts, examples, found];
    await client.query(INSERT, values);
    const { rowCount } = await client.query("UPDATE chunk SET lease_until = NULL WHERE id = $1 AND lease_token = $2 AND state = 'running'", [chunk.id, chunk.token]);
    if (rowCount === 0) throw new AppError("lease_lost");
  });
}

function checkLimits(examples: TuningExamples, { limits, connection }: { limits: { leastRows: number; mostBytes: number } | undefined; connection: string }): void {
  if (examples.train.rows === 0) throw new AppError("training_no_rows", { detail: "none of the rows is an example that the provider would take" });
  if (!limits) return;
  if (examples.train.rows < limits.leastRows) throw new AppError("tuning_rows_too_few", { connection, rows: examples.train.rows, least: limits.leastRows });
  for (const file of [examples.train, examples.validation]) {
    if (file && file.bytes > limits.mostBytes) throw new AppError("tuning_file_too_large", { connection, file: file.name, size: Math.ceil(file.bytes / 1e6), most: limits.mostBytes / 1e6 });
  }
}
