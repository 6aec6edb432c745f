import type { PoolClient } from "pg";
import { z } from "zod";
import { readStored } from "@/lib/core/read-stored";
import { column } from "@/lib/steps/_sdk/columns";
import { stepNote } from "@/lib/contracts/step-note";
import { modelRef } from "@/lib/steps/_sdk/model-ref";
import type { SharedResources } from "./resources";

const part = z.object({ file: z.string(), rows: z.number(), bytes: z.number() });
const tableManifest = z.object({ columns: z.array(column), parts: z.array(part), rows: z.number() });

/** What a step left: tables and models by port, rows that did not come out, files it made. */
export const stepOutputs = z.object({
  tables: z.record(z.string(), tableManifest),
  models: z.record(z.string(), z.object({ ref: modelRef, identity: z.record(z.string(), z.unknown()) })),
  issues: z.object({ parts: z.array(part), rejected: z.number(), failed: z.number() }),
  files: z.array(z.object({ name: z.string(), file: z.string(), bytes: z.number() })),
  /** A training that was given up in a sweep: there is no model. */
  pruned: z.boolean().default(false),
  /** What the step decided by itself. */
  notes: z.array(stepNote).default([]),
});
export type StepOutputs = z.infer<typeof stepOutputs>;

export const stepTotals = z.object({
  rowsIn: z.number(),
  rowsOut: z.number(),
  rejected: z.number(),
  failed: z.number(),
  calls: z.number(),
  callsCached: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  costMicros: z.number(),
  seconds: z.number(),
});
export type StepTotals = z.infer<typeof stepTotals>;

const storedResult = z.object({ outputs: stepOutputs, totals: stepTotals, inputs: z.record(z.string(), z.array(z.string())) });

export interface StepResult {
  fingerprint: string;
  stepId: string;
  folder: string;
  outputs: StepOutputs;
  totals: StepTotals;
  /** `<fingerprint>/<port>` by input port, in edge order. */
  inputs: Record<string, string[]>;
  createdAt: Date;
}

interface ResultRow {
  fingerprint: string;
  step_id: string;
  folder: string;
  outputs: unknown;
  totals: unknown;
  inputs: unknown;
  created_at: Date;
}

export async function findStepResults(resources: Pick<SharedResources, "database">, fingerprints: string[]): Promise<Map<string, StepResult>> {
  if (fingerprints.length === 0) return new Map();
  const { rows } = await resources.database.pool.query<ResultRow>("SELECT * FROM step_result WHERE fingerprint = ANY($1)", [fingerprints]);
  return new Map(rows.flatMap((row) => toResult(row) ?? []).map((result) => [result.fingerprint, result]));
}

/** Null for one that cannot be read, which is as if it were not there: its step runs again. */
function toResult(row: ResultRow): StepResult | null {
  const { outputs, totals, inputs } = row;
  const stored = readStored(storedResult, { outputs, totals, inputs }, null, `result ${row.fingerprint}`);
  return stored && { fingerprint: row.fingerprint, stepId: row.step_id, folder: row.folder, ...stored, createdAt: row.created_at };
}

/** Removes a result that cannot be read, so that another can take its place. */
export async function removeUnreadable(client: Pick<PoolClient, "query">, fingerprint: string): Promise<void> {
  const { rows } = await client.query<ResultRow>("SELECT * FROM step_result WHERE fingerprint = $1", [fingerprint]);
  if (rows[0] && toResult(rows[0]) === null) await client.query("DELETE FROM step_result WHERE fingerprint = $1", [fingerprint]);
}

/** Splits `<fingerprint>/<port>`. */
export function parseInputAddress(address: string): { fingerprint: string; port: string } {
  const slash = address.indexOf("/");
  return { fingerprint: address.slice(0, slash), port: address.slice(slash + 1) };
}
