import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError } from "@/lib/core/app-error";
import type { ExampleFile, InputTable, PlacedTable, TableContext, TableRunner } from "@/lib/steps/_sdk/step-runner";
import { sameText } from "@/lib/tables/same-text";
import { createTableView } from "@/lib/tables/table-view";
import type { TableSession } from "@/lib/tables/table-session";
import { syncFile, writePart } from "@/lib/tables/write-part";
import type { LeasedChunk } from "./chunk-lease";
import { noParts, type ChunkParts } from "./chunk-parts";
import { databaseAccess } from "./database-access";
import { derivedFile } from "./derived-files";
import { exportModel } from "./export-model";
import { filePath } from "./file-store";
import { hubCredentials } from "./hub-credentials";
import { openStoredTable } from "./open-stored-table";
import { openInputModel } from "./input-model";
import { gatherProvenance } from "./provenance";
import { suggestTrial } from "./suggest-trial";
import type { WorkerResources } from "./resources";
import { findDefinitionOrThrow, type StepParams } from "./step-catalogue";
import { countRows, type StepInputs } from "./step-inputs";
import type { ChunkTuning } from "./tunings/start-tuning";
import { IN0 } from "@/lib/steps/_sdk/own-columns";

export interface TableStepJob {
  chunk: LeasedChunk;
  params: StepParams;
  inputs: StepInputs;
  session: TableSession;
  /** Absolute folder for parts, and its name relative to the data folder. */
  folder: string;
  relativeFolder: string;
  scratch: string;
}

const ISSUE_COLUMNS = `${IN0}::BIGINT AS __in0, code, data`;

/** What a whole-table step left: its parts, and the job at a provider that is to make its model. */
export interface TableStepResult {
  parts: ChunkParts;
  tuning: ChunkTuning | null;
}

/** Runs a whole-table step and writes its parts. */
export async function runTableStep(resources: WorkerResources, runner: TableRunner<StepParams>, job: TableStepJob): Promise<TableStepResult> {
  const { chunk, session, folder, relativeFolder } = job;
  const parts = noParts();
  let tuning: ChunkTuning | null = null;
  const tables = await openTables(resources, job);
  const { issues, uncounted, ...outputs } = openOutputs(job, parts);
  await runner.run({
    params: job.params,
    sql: session,
    signal: chunk.signal,
    scratch: job.scratch,
    rowLimit: chunk.rowLimit,
    input: (port) => requireTable(tables[port]?.[0], port),
    inputs: (port) => tables[port] ?? [],
    filePath: (file) => filePath(resources, file),
    storedTable: (address) => openStoredTable(resources, session, address),
    privateHosts: resources.privateHosts,
    model: (port) => openInputModel(resources, port, job.inputs.models[port]?.[0]?.ref),
    models: (port) => (job.inputs.models[port] ?? []).map(({ ref, place }) => ({ place, open: () => openInputModel(resources, port, ref) })),
    pruned: (port) => job.inputs.pruned[port] ?? [],
    suggestTrial: (question) => suggestTrial(resources, question, chunk.signal),
    ...outputs,
    handOnModel(port, from) {
      const model = job.inputs.models[from.port]?.at(from.index ?? -1);
      if (!model) throw new AppError("input_missing", { port: from.port });
      parts.models[port] = { ref: model.ref, identity: model.identity };
    },
    note(notes) {
      parts.notes.push(...notes);
    },
    async keepFile(path, fileName) {
      await keepFile(job, parts, path, fileName);
    },
    async exportModel({ model: given, ...settings }) {
      const model = job.inputs.models["model"]?.[0]?.ref ?? given;
      const written = await exportModel(resources, { ...settings, model, folder: `${relativeFolder}/files` }, chunk.signal);
      parts.files.push(...written.files);
      if (written.model) parts.models["model"] = written.model;
    },
    async tuneAtProvider(port, { train, validation, ...asked }) {
      const keep = async (name: string, { path, rows }: ExampleFile) => ({ ...(await keepFile(job, parts, path, name)), rows });
      const examples = { train: await keep("train.jsonl", train), validation: validation && (await keep("validation.jsonl", validation)) };
      tuning = { ...asked, port, model: job.inputs.models["model"]?.[0]?.ref ?? asked.model, examples };
    },
    derivedFile: (port, settings, make) => derivedFile(resources, { address: chunk.identity.inputs[port]?.[0] ?? "", settings, scratch: job.scratch }, make),
    hub: () => hubCredentials(resources),
    database: (id) => databaseAccess(resources, id),
    provenance: () => gatherProvenance(resources, chunk),
  });
  const issuesFile = nameFile(job, "issues");
  parts.issues = await mergeIssues(session, issues, join(folder, issuesFile), `${relativeFolder}/${issuesFile}`);
  assertAccounted(job, parts, uncounted);
  return { parts, tuning };
}

async function keepFile({ folder, relativeFolder }: TableStepJob, parts: ChunkParts, path: string, fileName: string): Promise<ChunkParts["files"][number]> {
  await mkdir(join(folder, "files"), { recursive: true });
  const safe = basename(fileName);
  await copyFile(path, join(folder, "files", safe));
  const kept = { name: safe, file: `${relativeFolder}/files/${safe}`, bytes: (await stat(path)).size };
  parts.files.push(kept);
  return kept;
}

interface IssueFile {
  kind: "rejected" | "failed";
  path: string;
  rows: number;
}

/** What was written with another promise than that each row is there once. */
interface Uncounted {
  reports: Set<string>;
  many: boolean;
}

type Outputs = Pick<TableContext<StepParams>, "emit" | "emitMany" | "emitReport" | "reject" | "fail">;

function openOutputs(job: TableStepJob, parts: ChunkParts): Outputs & { issues: IssueFile[]; uncounted: Uncounted } {
  const { chunk, session, folder, relativeFolder } = job;
  const issues: IssueFile[] = [];
  const uncounted: Uncounted = { reports: new Set(), many: false };
  const recordIssues = (kind: IssueFile["kind"]): Outputs["reject"] => async (query, values) => {
    const path = join(job.scratch, `issues-${String(issues.length)}.parquet`);
    const written = await writePart(session, { query: `SELECT ${ISSUE_COLUMNS}, ${sameText(kind)} AS kind FROM (${query})`, values: values ?? [], path });
    issues.push({ kind, path, rows: written.rows });
    parts[kind] += written.rows;
    chunk.progress[kind] = parts[kind];
    if (kind === "failed" && parts.firstFailure === null && written.rows > 0) parts.firstFailure = await readFirst(session, path);
  };
  const emit: Outputs["emit"] = async (port, query, values) => {
    const file = nameFile(job, `out-${port}`);
    const written = await writePart(session, { query, values: values ?? [], path: join(folder, file) });
    parts.tables[port] = { columns: written.columns, part: { file: `${relativeFolder}/${file}`, rows: written.rows, bytes: written.bytes } };
    chunk.progress.rowsOut += written.rows;
    return written.rows;
  };
  return {
    issues,
    uncounted,
    emit,
    emitMany(port, query, values) {
      uncounted.many = true;
      return emit(port, query, values);
    },
    emitReport(port, query, values) {
      uncounted.reports.add(port);
      return emit(port, query, values);
    },
    reject: recordIssues("rejected"),
    fail: recordIssues("failed"),
  };
}

/** The reason of the first failed row, for a step all of whose rows fail. */
async function readFirst(session: TableSession, path: string): Promise<ChunkParts["firstFailure"]> {
  const [first] = await session.query("SELECT code, coalesce(data::VARCHAR, '{}') AS data FROM read_parquet(?) LIMIT 1", [path]);
  return first ? { code: String(first["code"]), data: JSON.parse(String(first["data"])) as Record<string, unknown> } : null;
}

function nameFile({ chunk }: TableStepJob, kind: string): string {
  return `${kind}-0-${String(chunk.attempt)}.parquet`;
}

async function openTables(resources: WorkerResources, job: TableStepJob): Promise<Record<string, PlacedTable[]>> {
  const tables: Record<string, PlacedTable[]> = {};
  let count = 0;
  for (const port of findDefinitionOrThrow(job.chunk.stepId).inputs) {
    for (const manifest of job.inputs.tables[port.name] ?? []) {
      const view = await createTableView(job.session, { name: `in${String(count++)}`, dataFolder: resources.dataFolder, manifest });
      (tables[port.name] ??= []).push({ view, columns: manifest.columns, rows: manifest.rows, place: manifest.place });
    }
  }
  return tables;
}

function requireTable(table: InputTable | undefined, port: string): InputTable {
  if (!table) throw new AppError("input_missing", { port });
  return table;
}

async function mergeIssues(session: TableSession, issues: IssueFile[], path: string, file: string): Promise<ChunkParts["issues"]> {
  const filled = issues.filter((issue) => issue.rows > 0);
  if (filled.length === 0) return null;
  if (filled.length === 1 && filled[0]) {
    await rename(filled[0].path, path);
    await syncFile(dirname(path));
    return { file, rows: filled[0].rows, bytes: (await stat(path)).size };
  }
  const list = filled.map((issue) => `'${issue.path.replaceAll("'", "''")}'`).join(", ");
  const query = `SELECT __in0, kind, code, data FROM read_parquet([${list}]) ORDER BY __in0`;
  const written = await writePart(session, { query, path });
  return { file, rows: written.rows, bytes: written.bytes };
}

/**
 * A step that only passes rows on, drops or moves them has each input row once: in an output, rejected or failed. Steps
 * without an output (exports), or with a report alone, use all they are given. A source has nothing to account for.
 */
function assertAccounted(job: TableStepJob, parts: ChunkParts, { reports, many }: Uncounted): void {
  if (many) return;
  const rowsIn = countRows(job.chunk.stepId, job.inputs);
  const outputs = Object.entries(parts.tables).flatMap(([port, output]) => (reports.has(port) ? [] : [output]));
  if (rowsIn === 0 || outputs.length === 0) return;
  const accounted = outputs.reduce((sum, output) => sum + output.part.rows, 0) + parts.rejected + parts.failed;
  if (accounted !== rowsIn) throw new AppError("rows_unaccounted", { rowsIn, accounted });
}
