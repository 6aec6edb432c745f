import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LeasedChunk } from "@/lib/engine/chunk-lease";
import type { WorkerResources } from "@/lib/engine/resources";
import { runRows } from "@/lib/engine/run-row-chunk";
import type { StepInputs } from "@/lib/engine/step-inputs";
import type { ChatMessage } from "@/lib/llm/chat";
import type { ResolvedModel } from "@/lib/llm/endpoint";
import type { ModelClient } from "@/lib/llm/model-client";
import { storeInput } from "@/lib/steps/_sdk/fixture-tables";
import type { FixtureRow } from "@/lib/steps/_sdk/step-fixture";
import type { RowsRunner } from "@/lib/steps/_sdk/step-runner";
import { openDuckDb } from "@/lib/tables/duckdb";
import { toJsonCell, type JsonValue } from "@/lib/tables/json-cell";
import { readRow } from "@/lib/tables/read-row";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { TableSession } from "@/lib/tables/table-session";

export interface RowFixture {
  params: Record<string, unknown>;
  /** `input` is gone through row by row; the others are read beside it. */
  inputs: Record<string, FixtureRow[]>;
  /** The model's reply to a prompt, or to all. */
  replies?: Record<string, string>;
}

/** A model of a server that says nothing of its context. */
const playedModel = { model: "m", identity: {}, endpoint: { id: "played", provider: "openai-compatible", isOwnServer: false, prices: new Map(), contexts: new Map() } } as unknown as ResolvedModel;

export interface RowFixtureOutcome {
  sent: ChatMessage[][];
  output: Record<string, JsonValue>[];
  lineage: number[];
  rejected: { row: number; code: string }[];
  failed: { row: number; code: string }[];
}

function textOf(messages: ChatMessage[]): string {
  const content = messages.at(-1)?.content ?? "";
  return typeof content === "string" ? content : JSON.stringify(content);
}

/** A client of models that answers as the fixture says; all else of it is the engine's own. */
function playModels(fixture: RowFixture, sent: ChatMessage[][]): Pick<ModelClient, "complete" | "embed" | "classify"> {
  const answers = <Value>(values: Value[]) => Promise.resolve({ values, cached: 0, promptTokens: 0, costMicros: 0 });
  return {
    complete({ messages }) {
      sent.push(messages);
      const text = fixture.replies?.[textOf(messages)] ?? fixture.replies?.["default"] ?? "";
      const record = { key: "", cached: false, attempts: 1, latencyMs: 0, promptTokens: 0, completionTokens: 0, costMicros: 0 };
      const usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
      return Promise.resolve({ text, thinking: null, toolCalls: [], changed: [], finishReason: "stop", truncated: false, usage, record });
    },
    embed: ({ texts }) => answers(texts.map((text) => Float32Array.from([text.length, 1]))),
    classify: ({ texts, options }) =>
      answers(
        texts.map((text): Record<string, number> => {
          if (options.measure !== "likelihood") return { short: 1 / text.length, long: 1 - 1 / text.length };
          const [prompt = "", said = ""] = JSON.parse(text) as string[];
          return { tokens: said.length, log_likelihood: -said.length * (prompt === "" ? 2 : 1) };
        }),
      ),
  };
}

/** Runs a fixture of a row-wise step as the engine runs a chunk: from stored tables through DuckDB to stored parts. */
export async function runRowFixture(stepId: string, runner: RowsRunner<Record<string, unknown>>, params: Record<string, unknown>, fixture: RowFixture): Promise<RowFixtureOutcome> {
  const dataFolder = await mkdtemp(join(tmpdir(), "reverie-rows-"));
  const db = await openDuckDb({ dataFolder, memoryLimitMb: 512, threads: 1 });
  const session = await db.openSession({ readable: [dataFolder], writable: dataFolder });
  try {
    const inputs: StepInputs = { tables: {}, models: {}, pruned: {} };
    for (const [index, [port, rows]] of Object.entries(fixture.inputs).entries())
      if (rows.length > 0) inputs.tables[port] = [{ ...(await storeInput(session, dataFolder, index, rows)), place: 0 }];
    const sent: ChatMessage[][] = [];
    const folder = join(dataFolder, "out");
    await mkdir(folder);
    const chunk = {
      index: 0, attempt: 1, stepId, rowStart: 0, rowEnd: inputs.tables["input"]?.[0]?.rows ?? runner.generateCount?.(params) ?? 0,
      identity: {}, progress: {}, signal: new AbortController().signal, pausing: new AbortController().signal, spend: () => undefined, abortSiblings: () => undefined,
    } as unknown as LeasedChunk;
    // Nothing is known of the model's context.
    const database = { pool: { query: () => Promise.resolve({ rows: [] }) } };
    const resources = { dataFolder, database, models: playModels(fixture, sent) } as unknown as WorkerResources;
    const parts = await runRows(resources, runner, { chunk, params, inputs, session, folder, relativeFolder: "out", scratch: dataFolder }, playedModel);
    const table = parts.tables["output"];
    const manifest: TableManifest = table ? { columns: table.columns, parts: [table.part], rows: table.part.rows } : { columns: [], parts: [], rows: 0 };
    const rows = await Promise.all(Array.from({ length: manifest.rows }, (_, row) => readRow(session, { dataFolder, manifest, row })));
    return {
      sent,
      output: rows.map(({ values }) => Object.fromEntries(manifest.columns.map(({ name, type }) => [name, type === "messages" ? withoutNulls(values[name] ?? null) : (values[name] ?? null)]))),
      lineage: rows.map(({ parents }, row) => parents[0]?.[0] ?? row),
      ...(await readIssues(session, parts.issues && join(dataFolder, parts.issues.file))),
    };
  } finally {
    session.close();
    await db.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** Turns without the members that only other turns have. */
function withoutNulls(messages: JsonValue): JsonValue {
  if (!Array.isArray(messages)) return messages;
  return messages.map((turn) => (typeof turn === "object" && turn !== null && !Array.isArray(turn) ? Object.fromEntries(Object.entries(turn).filter(([, member]) => member !== null)) : turn));
}

async function readIssues(session: TableSession, path: string | null): Promise<Pick<RowFixtureOutcome, "rejected" | "failed">> {
  if (path === null) return { rejected: [], failed: [] };
  const rows = await session.read("SELECT __in0, kind, code FROM read_parquet(?)", [path]);
  const issues = rows.map((row) => ({ kind: String(row["kind"]), row: Number(toJsonCell(row["__in0"] ?? null)), code: String(row["code"]) }));
  const ofKind = (wanted: string) => issues.filter(({ kind }) => kind === wanted).map(({ row, code }) => ({ row, code }));
  return { rejected: ofKind("rejected"), failed: ofKind("failed") };
}
