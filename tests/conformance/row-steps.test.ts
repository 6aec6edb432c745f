import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAppError } from "@/lib/core/app-error";
import { trainingRequest } from "@/lib/contracts/trainer";
import type { AnyRunner } from "@/lib/engine/step-catalogue";
import type { ChatMessage } from "@/lib/llm/chat";
import type { Arrangement, RowsRunner, TrainerRunner } from "@/lib/steps/_sdk/step-runner";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { runnerLoaders } from "@/lib/steps/runners.generated";

const root = join(import.meta.dirname, "..", "..", "lib", "steps");
type Row = Record<string, unknown>;

interface RowFixture {
  params: Record<string, unknown>;
  /** `input` is gone through row by row; the others are read beside it. */
  inputs: Record<string, Row[]>;
  /** The model's reply to a prompt, or to all. */
  replies?: Record<string, string>;
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
  fixture: RowFixture;
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
    cases.push({ id, name, definition, runner, fixture: JSON.parse(readFileSync(join(folder, name), "utf8")) as RowFixture });
  }
}

function textOf(messages: ChatMessage[]): string {
  const content = messages.at(-1)?.content ?? "";
  return typeof content === "string" ? content : JSON.stringify(content);
}

async function runRows(runner: RowsRunner<Record<string, unknown>>, params: Record<string, unknown>, fixture: RowFixture) {
  const rows: Row[] = fixture.inputs.input ?? Array.from({ length: runner.generateCount?.(params) ?? 0 }, () => ({}));
  const prepared = await runner.prepare?.({
    params,
    readTable: (port, columns) => Promise.resolve((fixture.inputs[port] ?? []).map((row) => Object.fromEntries(columns.map((name) => [name, asText(row[name])])))),
  });
  const sent: ChatMessage[][] = [];
  const rejected: { row: number; code: string }[] = [];
  const output: Row[] = [];
  const lineage: number[] = [];
  const failed: { row: number; code: string }[] = [];
  for (const [rowNumber, row] of rows.entries()) {
    try {
      const outcome = await runner.processRow(row, {
        params,
        prepared,
        rowNumber,
        signal: new AbortController().signal,
        classify: (text) => Promise.resolve({ short: 1 / text.length, long: 1 - 1 / text.length }),
        likelihood: (prompt, text) => Promise.resolve({ tokens: text.length, logLikelihood: -text.length * (prompt === "" ? 2 : 1) }),
        embed: (text) => Promise.resolve(Float32Array.from([text.length, 1])),
        complete: (messages) => {
          sent.push(messages);
          const text = fixture.replies?.[textOf(messages)] ?? fixture.replies?.default ?? "";
          const record = { key: "", cached: false, attempts: 1, latencyMs: 0, promptTokens: 0, completionTokens: 0, costMicros: 0 };
          const usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
          return Promise.resolve({ text, thinking: null, toolCalls: [], finishReason: "stop", truncated: false, usage, record });
        },
      });
      if (!("rows" in outcome)) {
        rejected.push({ row: rowNumber, code: outcome.rejected.code });
        continue;
      }
      for (const { values } of outcome.rows) {
        expect(Object.keys(values)).toEqual(runner.newColumns(params).map((column) => column.name));
        output.push({ ...row, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value instanceof Float32Array ? Array.from(value) : value])) });
        lineage.push(rowNumber);
      }
    } catch (error) {
      if (!isAppError(error)) throw error;
      failed.push({ row: rowNumber, code: error.code });
    }
  }
  return { sent, ...arrange(runner.arrange?.(params) ?? null, { output, lineage, rejected }), failed };
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

const asText = (value: unknown): unknown => (typeof value === "number" ? String(value) : value);

describe("steps that prompt", () => {
  const rowCases = cases.filter((one) => one.runner.kind === "rows");
  it.each(rowCases)("$id: $name", async ({ runner, definition, fixture }) => {
    const params = definition.params.parse({ ...definition.defaults, ...fixture.params });
    const result = await runRows(runner as RowsRunner<Record<string, unknown>>, params, fixture);
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
