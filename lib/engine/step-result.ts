import { z } from "zod";
import { column } from "@/lib/steps/_sdk/columns";
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
  return new Map(
    rows.map((row) => [
      row.fingerprint,
      {
        fingerprint: row.fingerprint,
        stepId: row.step_id,
        folder: row.folder,
        outputs: stepOutputs.parse(row.outputs),
        totals: stepTotals.parse(row.totals),
        inputs: z.record(z.string(), z.array(z.string())).parse(row.inputs),
        createdAt: row.created_at,
      },
    ]),
  );
}

/** Splits `<fingerprint>/<port>`. */
export function parseInputAddress(address: string): { fingerprint: string; port: string } {
  const slash = address.indexOf("/");
  return { fingerprint: address.slice(0, slash), port: address.slice(slash + 1) };
}
