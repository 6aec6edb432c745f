import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { AppError, isAppError, toAppError } from "@/lib/core/app-error";
import { isTransientDatabaseError } from "@/lib/core/transient-error";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import type { CallRecord } from "@/lib/llm/chat";
import { isFatalForStep } from "@/lib/llm/model-client";
import type { ResolvedModel } from "@/lib/llm/endpoint";
import type { ClassificationOptions, LabelScores } from "@/lib/llm/providers/protocol";
import type { TextAnswers } from "@/lib/llm/text-caller";
import type { FitParts, RowContext, RowOutcome, RowsRunner } from "@/lib/steps/_sdk/step-runner";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { createTableView } from "@/lib/tables/table-view";
import type { TableManifest } from "@/lib/tables/table-manifest";
import { createRowWriter, type MadeRow } from "@/lib/tables/write-rows";
import { writePart } from "@/lib/tables/write-part";
import { ChangedCounter } from "./changed-calls";
import { openParkedCalls } from "./batches/park-calls";
import type { LeasedChunk } from "./chunk-lease";
import { noParts, type ChunkParts } from "./chunk-parts";
import { openContextGuard } from "./fit-context";
import { learnContext } from "./model-context";
import { findStepColumns, storeUnder, type StepColumns } from "./step-columns";
import { resolveModel } from "./model-resolver";
import type { WorkerResources } from "./resources";
import type { StepParams } from "./step-catalogue";
import { createTableReader, selectTexts } from "./row-input";
import { findModel, findRowTable } from "./step-inputs";
import type { TableStepJob } from "./run-table-step";
import { CALL, IN0, ORD, ROW } from "@/lib/steps/_sdk/own-columns";

/** Rows of a chunk under way at once; the limiter decides how many of them call. */
const ROWS_AT_ONCE = 512;

interface Issue {
  kind: "rejected" | "failed";
  row: number | null;
  code: string;
  data: string;
  call: CallRecord | null;
}

/** Runs the rows of a chunk, each by itself, and writes those that came out, in order, and those that did not, with why. */
export async function runRowChunk(resources: WorkerResources, runner: RowsRunner<StepParams>, job: TableStepJob): Promise<ChunkParts> {
  const { chunk, params } = job;
  const ref = findModel(job.inputs)?.ref ?? runner.model(params);
  return runRows(resources, runner, job, ref && { ...distinguishDraw(await resolveModel(resources, ref), chunk.identity), lane: chunk.runId });
}

/** As `runRowChunk`, with the model that is asked; null for a step that asks none. */
export async function runRows(resources: WorkerResources, runner: RowsRunner<StepParams>, job: TableStepJob, model: ResolvedModel | null): Promise<ChunkParts> {
  const { chunk, params } = job;
  const table = findRowTable(chunk.stepId, job.inputs);
  const rows = table ? await readRows(resources, runner, job, table) : null;
  const prepared = await runner.prepare?.({ params, readTable: createTableReader(resources, job.session, job.inputs) });
  const own = findStepColumns(runner, params, table);
  const changed = new ChangedCounter();
  const outcomes = await processRows(resources, runner, { chunk, params, model, rows, prepared, cutColumn: own.cut, changed });
  return { ...(await writeOutcomes(job, table, own, outcomes)), notes: changed.notes() };
}

/** More than a step makes of one prompt in a round: from here on the calls of the next round are counted. */
const SAMPLES_A_ROUND = 10_000_000;

/** A step whose cache is off makes its calls anew in each run; within one run they are kept as ever, so that a crash repeats none. */
function distinguishDraw(model: ResolvedModel, { draw }: Pick<StepIdentity, "draw">): ResolvedModel {
  return draw === undefined ? model : { ...model, identity: { ...model.identity, draw } };
}

/** The columns that the step reads, of this chunk's rows alone. */
async function readRows(resources: WorkerResources, runner: RowsRunner<StepParams>, job: TableStepJob, table: TableManifest): Promise<Record<string, unknown>[]> {
  const { chunk, session, params } = job;
  const view = await createTableView(session, { name: "chunk_input", dataFolder: resources.dataFolder, manifest: table, range: { start: chunk.rowStart, end: chunk.rowEnd } });
  const columns = selectTexts(table, runner.readColumns(params, table.columns));
  return session.query(`SELECT ${columns.length > 0 ? columns.join(", ") : "NULL"} FROM ${view} ORDER BY ${ROW}`);
}

interface RowJob {
  /** Hears of calls whose values were sent otherwise than they were set. */
  changed: ChangedCounter;
  prepared: unknown;
  /** The column that says how much of a row was cut; null for none. */
  cutColumn: string | null;
  chunk: LeasedChunk;
  params: StepParams;
  /** Null for a step that asks none. */
  model: ResolvedModel | null;
  rows: Record<string, unknown>[] | null;
}

function askedModel(model: ResolvedModel | null): ResolvedModel {
  if (!model) throw new AppError("internal", { detail: "a step that names no model asked one" });
  return model;
}

type Outcome = RowOutcome | { error: AppError };

async function processRows(resources: WorkerResources, runner: RowsRunner<StepParams>, { chunk, params, model, rows, prepared, cutColumn, changed }: RowJob): Promise<Outcome[]> {
  const total = chunk.rowEnd - chunk.rowStart;
  const outcomes = new Array<Outcome>(total);
  const sampling = runner.sampling(params);
  const stop = new AbortController();
  const signal = AbortSignal.any([chunk.signal, stop.signal]);
  // Each row under way listens; that many is what it is for.
  setMaxListeners(0, signal);
  const { progress } = chunk;
  const fatal: AppError[] = [];
  const parked = params["batch"] === true ? await openParkedCalls(resources, chunk, askedModel(model)) : null;
  const overlong = params["overlong"];
  const isGuarded = overlong === "fail" || overlong === "truncate" || (overlong === "send" && runner.hasParts === true);
  const guard = isGuarded ? await openContextGuard(resources, { model: askedModel(model), maxTokens: sampling.maxTokens, overlong }) : null;
  let next = 0;

  async function askAbout<Value>(text: string, ask: (texts: string[]) => Promise<TextAnswers<Value>>): Promise<Value> {
    const { values, cached, promptTokens, costMicros } = await ask([text]);
    countCall(progress, { cached: cached > 0, promptTokens, completionTokens: 0, costMicros });
    chunk.spend(costMicros);
    return values[0] as Value;
  }

  const score = (text: string, options: ClassificationOptions): Promise<LabelScores> =>
    askAbout(text, (texts) => resources.models.classify({ model: askedModel(model), texts, options, signal, startSignal: chunk.pausing }));

  /** A reply that was paid for stands in the ledger, whether it could be used or not. */
  const onWasted = (spent: Pick<CallRecord, "promptTokens" | "completionTokens" | "costMicros">): void => {
    countCall(progress, { ...spent, cached: false });
    chunk.spend(spent.costMicros);
  };

  async function processOne(place: number): Promise<void> {
    try {
      const context: RowContext<StepParams> = {
        params,
        prepared,
        rowNumber: chunk.rowStart + place,
        signal,
        fitParts: (total) => total,
        async complete(messages, sample, extras) {
          await guard?.check(messages, signal);
          const call = { model: askedModel(model), messages, sampling, sample: sample + (chunk.identity.repeat ?? 0) * SAMPLES_A_ROUND, ...(extras && { extras }), ...(params["unfitValues"] === "stop" && { isExact: true }) };
          if (parked) {
            const completion = await parked.complete(call);
            // Calls and money of a batch are on the chunk's bill since it was answered.
            countCall(progress, { ...completion.record, costMicros: 0 }, 0);
            changed.add(completion.changed);
            return completion;
          }
          const completion = await resources.models.complete({ ...call, signal, startSignal: chunk.pausing, onWasted });
          countCall(progress, completion.record);
          chunk.spend(completion.record.costMicros);
          changed.add(completion.changed);
          return completion;
        },
        embed: (text, options) => askAbout(text, (texts) => resources.models.embed({ model: askedModel(model), texts, options, signal, startSignal: chunk.pausing })),
        classify: (text, { truncate }) => score(text, { truncate, measure: "labels" }),
        async likelihood(prompt, text, { truncate }) {
          const found = await score(JSON.stringify([prompt, text]), { truncate, measure: "likelihood" });
          return { tokens: found["tokens"] ?? 0, logLikelihood: found["log_likelihood"] ?? 0 };
        },
      };
      const work = (row: Record<string, unknown>, fitParts: FitParts = context.fitParts) => runner.processRow(row, { ...context, fitParts });
      const made = guard ? await guard.cut(rows?.[place] ?? {}, work) : { result: await work(rows?.[place] ?? {}), cut: 0 };
      const outcome = cutColumn === null ? made.result : addCell(made.result, cutColumn, made.cut);
      outcomes[place] = outcome;
      if ("rows" in outcome) progress.rowsOut += outcome.rows.length;
      else progress.rejected += 1;
    } catch (error) {
      const failure = toAppError(error);
      if (failure.code === "batch_waiting") return;
      if (failure.code === "cancelled" || failure.code === "run_paused" || signal.aborted) throw failure;
      if (isTransientDatabaseError(failure)) throw failure;
      if (failure.code === "prompt_too_long") await learnContext(resources, askedModel(model), failure);
      if (isFatalForStep(failure)) {
        fatal.push(failure);
        stop.abort();
        chunk.abortSiblings();
        throw failure;
      }
      outcomes[place] = { error: failure };
      progress.failed += 1;
    }
    progress.rowsDone += 1;
  }

  const lanes = Array.from({ length: Math.min(ROWS_AT_ONCE, total) }, async () => {
    while (next < total && !signal.aborted && !chunk.pausing.aborted) await processOne(next++);
  });
  const settled = await Promise.allSettled(lanes);
  const isWaiting = await parked?.settle();
  if (fatal[0]) throw fatal[0];
  const broken = settled.find((lane) => lane.status === "rejected");
  if (broken) throw isAppError(broken.reason) ? broken.reason : toAppError(broken.reason);
  if (signal.aborted) throw new AppError("cancelled");
  if (next < total) throw new AppError("run_paused");
  if (isWaiting) throw new AppError("batch_waiting");
  return outcomes;
}

function addCell(outcome: RowOutcome, column: string, value: unknown): RowOutcome {
  return "rows" in outcome ? { rows: outcome.rows.map(({ values, call }) => ({ values: { ...values, [column]: value }, call })) } : outcome;
}

function countCall(progress: LeasedChunk["progress"], record: Pick<CallRecord, "cached" | "promptTokens" | "completionTokens" | "costMicros">, calls = 1): void {
  if (record.cached) progress.callsCached += 1;
  else progress.calls += calls;
  progress.promptTokens += record.promptTokens;
  progress.completionTokens += record.completionTokens;
  progress.costMicros += record.costMicros;
}

async function writeOutcomes(
  job: TableStepJob,
  table: TableManifest | null,
  own: StepColumns,
  outcomes: Outcome[],
): Promise<ChunkParts> {
  const { chunk, session, folder, relativeFolder } = job;
  const made: MadeRow[] = [];
  const issues: Issue[] = [];
  outcomes.forEach((outcome, place) => {
    const row = table ? chunk.rowStart + place : null;
    if ("error" in outcome) issues.push({ kind: "failed", row, code: outcome.error.code, data: JSON.stringify(outcome.error.data), call: null });
    else if ("rejected" in outcome) {
      issues.push({ kind: "rejected", row, code: outcome.rejected.code, data: JSON.stringify(outcome.rejected.data), call: outcome.call });
    } else for (const { values, call } of outcome.rows) made.push({ parent: row, values: storeUnder(own, values), call });
  });
  const parts = noParts();
  const suffix = `${String(chunk.index)}-${String(chunk.attempt)}.parquet`;
  const { columns } = own;
  const writer = await createRowWriter(session, { name: "made", columns });
  try {
    writer.append(made);
    const query = table ? selectWithInput(table, columns.map((column) => column.name)) : selectMade(columns.map((column) => column.name));
    const written = await writePart(session, { query, path: join(folder, `out-output-${suffix}`) });
    const part = { file: `${relativeFolder}/out-output-${suffix}`, rows: written.rows, bytes: written.bytes };
    parts.tables.output = { columns: written.columns, part };
  } finally {
    writer.close();
  }
  parts.rejected = issues.filter((issue) => issue.kind === "rejected").length;
  parts.failed = issues.length - parts.rejected;
  const failure = outcomes.find((outcome) => "error" in outcome);
  if (failure) parts.firstFailure = { code: failure.error.code, data: failure.error.data };
  if (issues.length > 0) {
    const path = join(folder, `issues-${suffix}`);
    const written = await writeIssues(job, issues, path);
    parts.issues = { file: `${relativeFolder}/issues-${suffix}`, ...written };
  }
  return parts;
}

function selectMade(columns: string[]): string {
  return `SELECT ${[...columns.map(quoteIdentifier), CALL].join(", ")} FROM made ORDER BY ${ORD}`;
}

function selectWithInput(table: TableManifest, columns: string[]): string {
  const kept = table.columns.map((column) => `i.${quoteIdentifier(column.name)}`);
  const added = columns.map((name) => `m.${quoteIdentifier(name)}`);
  return `SELECT ${[...kept, ...added, `m.${IN0}`, `m.${CALL}`].join(", ")} FROM made m JOIN chunk_input i ON i.${ROW} = m.${IN0} ORDER BY m.${ORD}`;
}

async function writeIssues(job: TableStepJob, issues: Issue[], path: string): Promise<{ rows: number; bytes: number }> {
  const writer = await createRowWriter(job.session, {
    name: "issues",
    columns: [
      { name: "kind", type: "text" },
      { name: "code", type: "text" },
      { name: "data", type: "text" },
    ],
  });
  try {
    writer.append(issues.map(({ row, kind, code, data, call }) => ({ parent: row, values: { kind, code, data }, call })));
    const { rows, bytes } = await writePart(job.session, { query: `SELECT ${IN0} AS __in0, kind, code, data, ${CALL} AS __call FROM issues ORDER BY ${ORD}`, path });
    return { rows, bytes };
  } finally {
    writer.close();
  }
}
