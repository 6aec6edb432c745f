import { z } from "zod";
import { readFirstNumber } from "@/lib/tables/read-first-number";
import { stopRule } from "@/lib/workflow/document";
import { findLastRound, type RoundOutcome } from "@/lib/workflow/stop-rule";
import { openStoredTable } from "./open-stored-table";
import type { SharedResources } from "./resources";
import { findStepResults, parseInputAddress } from "./step-result";

/** What decides whether a step of a later round is run: the watched table of each round before it, in order, and the rule. */
export const stepGate = z.object({ watched: z.array(z.string()), stop: stopRule });
export type StepGate = z.infer<typeof stepGate>;

/** Whether the rounds before are enough. Their steps have ended. Throws `column_missing`. */
export async function isPastStop(resources: Pick<SharedResources, "database" | "dataFolder" | "duckdb">, { watched, stop }: StepGate): Promise<boolean> {
  const addresses = watched.map(parseInputAddress);
  const results = await findStepResults(resources, addresses.map(({ fingerprint }) => fingerprint));
  const tables = addresses.map(({ fingerprint, port }) => results.get(fingerprint)?.outputs.tables[port]);
  // A round without a result was left out itself.
  const made = tables.includes(undefined) ? tables.slice(0, tables.indexOf(undefined)) : tables;
  if (made.length < tables.length) return true;
  const outcomes: RoundOutcome[] = [];
  for (const [index, table] of made.entries()) {
    const value = stop.kind === "value" ? await readValue(resources, addresses[index], stop.column) : null;
    outcomes.push({ rows: table?.rows ?? 0, value });
  }
  return findLastRound(stop, outcomes) !== null;
}

async function readValue(resources: Pick<SharedResources, "database" | "dataFolder" | "duckdb">, address: ReturnType<typeof parseInputAddress> | undefined, column: string): Promise<number | null> {
  const session = await resources.duckdb.openSession({ readable: [resources.dataFolder] });
  try {
    return await readFirstNumber(session, await openStoredTable(resources, session, `fp~${address?.fingerprint ?? ""}~${address?.port ?? ""}`), column);
  } finally {
    session.close();
  }
}
