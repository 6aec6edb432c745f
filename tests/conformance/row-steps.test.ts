import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trainingRequest } from "@/lib/contracts/trainer";
import type { AnyRunner } from "@/lib/engine/step-catalogue";
import type { ChatMessage } from "@/lib/llm/chat";
import type { Arrangement, RowsRunner, TrainerRunner } from "@/lib/steps/_sdk/step-runner";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { runnerLoaders } from "@/lib/steps/runners.generated";
import { runRowFixture, type RowFixture } from "@/tests/support/run-row-fixture";

const root = join(import.meta.dirname, "..", "..", "lib", "steps");
type Row = Record<string, unknown>;

interface CheckedFixture extends RowFixture {
  expect: {
    messages?: ChatMessage[][];
    outputs?: { output: Row[] };
    lineage?: { output: number[] };
    rejected?: { row: number; code: string }[];
    failed?: { row: number; code: string }[];
    request?: Record<string, unknown>;
  };
}

interface Case {
  id: string;
  name: string;
  fixture: CheckedFixture;
  definition: AnyStepDefinition;
  runner: AnyRunner;
}

const cases: Case[] = [];
for (const [id, load] of Object.entries(runnerLoaders)) {
  const runner = (await load()).run;
  const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[id];
  if (runner.kind === "table" || !definition) continue;
  const folder = join(root, definition.category, id, "fixtures");
  for (const name of readdirSync(folder)) {
    cases.push({ id, name, definition, runner, fixture: JSON.parse(readFileSync(join(folder, name), "utf8")) as CheckedFixture });
  }
}

/** As the engine does it in SQL. */
function arrange(arrangement: Arrangement | null, made: { output: Row[]; lineage: number[]; rejected: { row: number; code: string }[] }): typeof made {
  if (!arrangement) return made;
  const { sort, atLeast } = arrangement;
  const rows = made.output.map((row, index) => ({ row, from: made.lineage[index] ?? 0 }));
  const isKept = ({ row }: { row: Row }): boolean => !atLeast || (typeof row[atLeast.column] === "number" && Number(row[atLeast.column]) >= atLeast.value);
  const kept = rows.filter(isKept);
  if (sort) kept.sort((a, b) => (Number(a.row[sort.column]) - Number(b.row[sort.column])) * (sort.descending ? -1 : 1));
  return {
    output: kept.map(({ row }) => row),
    lineage: kept.map(({ from }) => from),
    rejected: [...made.rejected, ...rows.filter((row) => !isKept(row)).map(({ from }) => ({ row: from, code: "below_threshold" }))],
  };
}

describe("steps that prompt", () => {
  const rowCases = cases.filter((one) => one.runner.kind === "rows");
  it.each(rowCases)("$id: $name", async ({ id, runner, definition, fixture }) => {
    const params = definition.params.parse({ ...definition.defaults, ...fixture.params });
    const rows = runner as RowsRunner<Record<string, unknown>>;
    const made = await runRowFixture(id, rows, params, fixture);
    const result = { ...made, ...arrange(rows.arrange?.(params) ?? null, made) };
    expect(result.sent).toEqual(fixture.expect.messages ?? []);
    expect(result.output).toEqual(fixture.expect.outputs?.output);
    if (fixture.expect.lineage) expect(result.lineage).toEqual(fixture.expect.lineage.output);
    expect(result.rejected).toEqual(fixture.expect.rejected ?? []);
    expect(result.failed).toEqual(fixture.expect.failed ?? []);
  });
});

describe("steps that train", () => {
  const trainerCases = cases.filter((one) => one.runner.kind === "trainer");
  it.each(trainerCases)("$id: $name", ({ runner, definition, fixture }) => {
    const params = definition.params.parse({ ...definition.defaults, ...fixture.params });
    const trainer = runner as TrainerRunner<Record<string, unknown>>;
    const others = Object.keys(trainer.otherModels?.(params) ?? {}).map((port) => [port, { kind: "builtin" }] as const);
    const made = trainer.request(params, Object.fromEntries(others));
    expect(made).toMatchObject(fixture.expect.request ?? {});
    const whole = { ...made, version: 2, modelId: "m", name: "n", base: { kind: "builtin" }, data: { train: { parts: ["a.parquet"], rows: 1 }, validation: null } };
    expect(trainingRequest.safeParse(whole).error?.issues ?? []).toEqual([]);
  });
});
