import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAppError } from "@/lib/core/app-error";
import { openDuckDb, type DuckDb } from "@/lib/tables/duckdb";
import { createFixtureContext } from "./fixture-context";
import { openInputs } from "./fixture-tables";
import type { HarnessOptions, StepFixture, StepOutcome } from "./step-fixture";
import type { PlacedTable } from "./step-runner";

/** Runs a table step on real DuckDB in a folder of its own, which is removed afterwards. */
export async function runStepFixture(options: HarnessOptions, fixture: StepFixture): Promise<StepOutcome> {
  const dataFolder = await mkdtemp(join(tmpdir(), "reverie-step-"));
  const db = await openDuckDb({ dataFolder, memoryLimitMb: 1024, threads: 2 });
  try {
    return await runIn(dataFolder, db, options, fixture);
  } finally {
    await db.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function runIn(dataFolder: string, db: DuckDb, options: HarnessOptions, fixture: StepFixture): Promise<StepOutcome> {
  const session = await db.openSession({ readable: [dataFolder], writable: dataFolder });
  const { definition } = options;
  const params = definition.params.parse(fixture.params);
  const tables = await openInputs(session, dataFolder, fixture);
  const columns = Object.fromEntries(Object.entries(tables).map(([port, list]) => [port, list.map((table) => table.columns)]));
  const outcome: StepOutcome = {
    check: definition.check({ params, inputs: columns, probed: options.probed ?? null }),
    outputs: {},
    columns: {},
    lineage: {},
    rejected: [],
    failed: [],
    files: {},
    models: {},
    uncounted: [],
    error: null,
    unaccounted: [],
  };
  if (outcome.check.problems.length > 0) return outcome;
  try {
    await options.runner.run(await createFixtureContext({ session, dataFolder, options, fixture, params, tables, outcome }));
    outcome.unaccounted = findUnaccounted(tables, outcome);
  } catch (error) {
    if (!isAppError(error)) throw error;
    outcome.error = error.code === "internal" ? error.message : error.code;
  } finally {
    session.close();
  }
  return outcome;
}

function findUnaccounted(tables: Record<string, PlacedTable[]>, outcome: StepOutcome): number[] {
  const first = Object.values(tables)[0]?.[0];
  if (!first || Object.keys(outcome.outputs).every((port) => outcome.uncounted.includes(port))) return [];
  const seen = new Set([...Object.values(outcome.lineage).flat(2), ...outcome.rejected.map(({ row }) => row), ...outcome.failed.map(({ row }) => row)]);
  return Array.from({ length: first.rows }, (_, row) => row).filter((row) => !seen.has(row));
}
