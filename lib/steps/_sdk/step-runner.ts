import type { z } from "zod";
import type { ErrorCode } from "@/lib/core/error-catalogue";
import type { ErrorData } from "@/lib/core/app-error";
import type { DatabaseAccess } from "@/lib/databases/connect-postgres";
import type { Chunking } from "@/lib/documents/chunk-document";
import type { DocumentText } from "@/lib/documents/document";
import type { CallExtras, ChatMessage, Completion, Sampling } from "@/lib/llm/chat";
import type { ClassificationOptions, EmbeddingOptions, LabelScores } from "@/lib/llm/providers/protocol";
import type { LocalModelSource } from "@/lib/contracts/model-source";
import type { TrainingRequest, TrialQuestion } from "@/lib/contracts/trainer";
import type { ExportSettings } from "@/lib/contracts/model-export";
import type { TuningSettings } from "@/lib/contracts/tuning";
import type { StepNote } from "@/lib/contracts/step-note";
import type { Column } from "./columns";
import type { StepDefinition } from "./define-step";
import type { ModelRef } from "./model-ref";
import type { FileRef } from "./param-fields";
import type { Provenance, ProvenanceStep } from "./provenance";

type ParamsOf<Definition> = Definition extends StepDefinition<infer Schema> ? z.infer<Schema> : never;

/** A connected table, as a view of the step's own database session. */
export interface InputTable {
  /** Quoted SQL identifier of a view with the table's columns, its lineage columns left out, and `ROW` BIGINT, in row order. */
  view: string;
  columns: Column[];
  rows: number;
}

export interface PlacedTable extends InputTable {
  /** Of its edge among those of the port, from 0: a port that takes what is there can lack some. */
  place: number;
}

/** A connected model, down to the weights it was trained upon. */
export interface InputModel {
  source: LocalModelSource;
  /** Absolute folder of its weights, or of its adapter; null for one that is on the Hub. */
  folder: string | null;
  /** What an adapter adapts; null for whole weights. */
  base: InputModel | null;
  /** Settings and result, of a model trained here. */
  training: ProvenanceStep["training"];
}

/** Examples as lines of JSON, as the provider takes them. */
export interface ExampleFile {
  path: string;
  rows: number;
}

/** A fine-tuning job for a provider. */
export interface TuningJob {
  model: ModelRef;
  settings: TuningSettings;
  /** US dollars a million tokens trained on; null for the list price, where there is one. */
  price: number | null;
  train: ExampleFile;
  validation: ExampleFile | null;
}

/** DuckDB session of one job. It may read the data folder and write to `scratch`, nothing else. */
export interface SqlSession {
  run(sql: string, values?: readonly SqlValue[]): Promise<void>;
  /** For small results only (a count, a schema). */
  query(sql: string, values?: readonly SqlValue[]): Promise<Record<string, unknown>[]>;
  /** Runs `work` and interrupts its query after `milliseconds`, throwing `query_too_slow`. */
  limitTime<T>(milliseconds: number, work: () => Promise<T>): Promise<T>;
}
export type SqlValue = string | number | bigint | boolean | null;

/** What a whole-table step is handed. It never sees Prisma, the queue or the environment. */
export interface TableContext<Params> {
  params: Params;
  sql: SqlSession;
  signal: AbortSignal;
  /** An empty folder of this job, removed after it. */
  scratch: string;
  /** Use only the first N source rows; null for all. Sources obey it. */
  rowLimit: number | null;
  input: (port: string) => InputTable;
  inputs: (port: string) => PlacedTable[];
  /** The model connected to a port. Throws `input_missing`, `model_missing`. */
  model: (port: string) => Promise<InputModel>;
  /** The models connected to a port, in order, each with the place of its edge. Opening one throws `model_missing`. */
  models: (port: string) => { place: number; open: () => Promise<InputModel> }[];
  /** Edges of a port behind which a training was given up, by their places. */
  pruned: (port: string) => readonly number[];
  /** Where a sweep's next trial is to be looked for; the trainer decides (Optuna). Throws `trainer_unavailable`. */
  suggestTrial: (question: TrialQuestion) => Promise<number[]>;
  /** Absolute path of an uploaded file. Throws `file_missing`. */
  filePath: (file: FileRef) => Promise<string>;
  /** A table that a step has made, by its address `fp~<fingerprint>~<port>`. Throws `table_missing`. */
  storedTable: (address: string) => Promise<InputTable>;
  /** Hosts of private networks that an administrator lets pages be fetched from. */
  privateHosts: readonly string[];
  /**
   * Writes the output of a port. The query gives the output's columns in order and its lineage as `IN0` (for the first
   * connected table, counted over ports then edges), `IN1`, …; a source has none. Gives the number of rows written.
   */
  emit: (port: string, query: string, values?: readonly SqlValue[]) => Promise<number>;
  /** As `emit`, where one row may become several or several become one: rows in and rows out need not add up. */
  emitMany: (port: string, query: string, values?: readonly SqlValue[]) => Promise<number>;
  /** As `emit`, of a table about what the step did, such as where it published: none of its rows is a row of the input. */
  emitReport: (port: string, query: string, values?: readonly SqlValue[]) => Promise<number>;
  /** Gives a connected model on as the output of a port: of a port that takes many, by its place among those that are there, the last where `index` is null. Throws `input_missing`. */
  handOnModel: (port: string, from: { port: string; index: number | null }) => void;
  /** Records rows dropped by a rule. The query gives `IN0`, `code`, `data` (JSON text). */
  reject: (query: string, values?: readonly SqlValue[]) => Promise<void>;
  /** Records rows lost to an error. Same columns. A source's rows have a null `IN0` and say where in `data`. */
  fail: (query: string, values?: readonly SqlValue[]) => Promise<void>;
  /**
   * Hands examples to the provider of a model, which makes the model of a port of them. The step ends once the job there has.
   * A model connected to the step takes the given one's place. Files in `scratch` are kept.
   */
  tuneAtProvider: (port: string, job: TuningJob) => Promise<void>;
  /**
   * Has the trainer write the given model, or the one connected, for other programs. Its files are kept; what can be prompted of
   * them is the model of the port `model`. Throws `model_missing`, `export_kind_unfit`, `export_refused`, `export_failed`.
   */
  exportModel: (settings: ExportSettings & { model: ModelRef }) => Promise<void>;
  /** Says what the step decided or left out by itself; shown above its tables. */
  note: (notes: readonly StepNote[]) => void;
  /** Hands over a file the step made in `scratch`, to be kept and offered for download. */
  keepFile: (path: string, name: string) => Promise<void>;
  /**
   * Absolute path of a file that is made of the table connected to a port and these settings, and of nothing else. It is made
   * once and kept between runs as long as there is room for it.
   */
  derivedFile: (port: string, settings: Record<string, string | number>, make: (path: string) => Promise<void>) => Promise<string>;
  /** Credentials of the Hugging Face Hub connection, if there is one. */
  hub: () => Promise<{ endpoint: string; token: string | null }>;
  /** Where a database is and who reads it, by the connection's id. Throws `database_connection_missing`. */
  database: (connection: string) => Promise<DatabaseAccess>;
  /** How the input came to be, for cards. */
  provenance: () => Promise<Provenance>;
}

/** A step over whole tables: sources, table operations, exports. */
export interface TableRunner<Params> {
  kind: "table";
  /** It waits until the trainer is there, which does its work, and takes none of the places of whole-table work. */
  needsTrainer?: boolean;
  run(context: TableContext<Params>): Promise<void>;
}

/** What a row-wise step may read beside its rows, once for each chunk of them. */
export interface PrepareContext<Params> {
  params: Params;
  /** All rows of another connected table, in order; none where the port is not connected. Throws `side_table_too_large` above `most`. */
  readTable: (port: string, columns: readonly string[], most: number) => Promise<Record<string, unknown>[]>;
}

/** What is done with the rows of a row-wise step once all are made. */
export interface Arrangement {
  /** Equal rows keep their order; nulls come last. */
  sort: { column: string; descending: boolean } | null;
  /** Rows below are rejected, and those without a value. */
  atLeast: { column: string; value: number } | null;
}

/** How many examples or documents of `total` a prompt may show, `least` at least: as many as the model's context takes, if that is known. */
export type FitParts = (total: number, least: number) => number;

export interface RowContext<Params, Prepared = unknown> {
  params: Params;
  /** What `prepare` gave; undefined for a step without it. */
  prepared: Prepared;
  /** Row number in the input table, or of the generated row. */
  rowNumber: number;
  signal: AbortSignal;
  /** Asked before a prompt of many parts is laid out; a prompt that turns out too long is laid out again with fewer. */
  fitParts: FitParts;
  /** One model call, through cache, limiter and retries. `sample` tells apart calls that are otherwise the same. */
  complete: (messages: ChatMessage[], sample: number, extras?: CallExtras) => Promise<Completion>;
  /** The vector of a text, through cache, limiter and retries; texts of rows under way share requests. */
  embed: (text: string, options: EmbeddingOptions) => Promise<Float32Array>;
  /** The scores that a task model gives a text's labels, likewise. */
  classify: (text: string, options: Pick<ClassificationOptions, "truncate">) => Promise<LabelScores>;
  /** How likely a causal model finds a text after `prompt`: tokens predicted, and the sum of the natural logarithms of their probabilities. Models of the trainer alone. */
  likelihood: (prompt: string, text: string, options: Pick<ClassificationOptions, "truncate">) => Promise<{ tokens: number; logLikelihood: number }>;
}

/** What became of a row: rows for the output (new columns only, in `newColumns` order of names), or a rejection. */
export type RowOutcome =
  | { rows: { values: Record<string, unknown>; call: Completion["record"] | null }[] }
  | { rejected: { code: ErrorCode; data: ErrorData }; call: Completion["record"] | null };

/** A row-wise step: cut into chunks, run at the concurrency of the model, each row by itself. A thrown error fails its row. */
export interface RowsRunner<Params, Prepared = unknown> {
  kind: "rows";
  /** Reads tables that every row needs, such as examples. */
  prepare?(context: PrepareContext<Params>): Promise<Prepared>;
  /** Its prompts are made of parts, and it asks `fitParts` how many to show. */
  hasParts?: boolean;
  arrange?(params: Params): Arrangement | null;
  /** Rows to make where the step has no input table. */
  generateCount?(params: Params): number;
  /** Columns of the input that `processRow` reads. */
  readColumns(params: Params, columns: Column[]): string[];
  /** Columns added to those of the input. */
  newColumns(params: Params): Column[];
  /** Null for a step that asks none. */
  model(params: Params): ModelRef | null;
  sampling(params: Params): Sampling;
  processRow(row: Record<string, unknown>, context: RowContext<Params, Prepared>): Promise<RowOutcome>;
}

type EngineFields = "version" | "modelId" | "name" | "base" | "data" | "pruning";
type WithoutEngineFields<Request> = Request extends TrainingRequest ? Omit<Request, EngineFields> : never;

/** A training. The engine adds the tables, the model id and the name. */
export interface TrainerRunner<Params> {
  kind: "trainer";
  baseModel(params: Params): ModelRef;
  /** Weights that are used beside the base, such as a teacher's, by input port: a model connected there takes their place. */
  otherModels?(params: Params): Record<string, ModelRef>;
  /** `others` are those weights, by port. */
  request(params: Params, others: Readonly<Record<string, LocalModelSource>>): WithoutEngineFields<TrainingRequest>;
}

/** A row-wise step that reads other tables first. */
export type PreparedRunner<Definition, Prepared> = RowsRunner<ParamsOf<Definition>, Prepared>;

export type StepRunner<Definition> =
  | TableRunner<ParamsOf<Definition>>
  | RowsRunner<ParamsOf<Definition>>
  | TrainerRunner<ParamsOf<Definition>>;

/** What a probe finds out about a source before it runs. */
export interface ProbeResult {
  columns: Column[];
  /** Rows, where that can be told cheaply. */
  rows: number | null;
}

export interface ProbeContext {
  storedTable: TableContext<unknown>["storedTable"];
  sql: SqlSession;
  scratch: string;
  filePath: (file: FileRef) => Promise<string>;
  hub: () => Promise<{ endpoint: string; token: string | null }>;
  database: (connection: string) => Promise<DatabaseAccess>;
}

export type StepProbe<Definition> = (params: ParamsOf<Definition>, context: ProbeContext) => Promise<ProbeResult>;

export interface PreviewContext {
  /** An empty folder, removed afterwards. */
  scratch: string;
  signal: AbortSignal;
  filePath: (file: FileRef) => Promise<string>;
  privateHosts: readonly string[];
}

/** What a source of documents shows of itself before it runs: its first document, cut as its parameters say. */
export interface DocumentPreview<Params> {
  /** What the document depends on, which how it is cut is no part of; null while a person has not said which. */
  keyOf: (params: Params) => string | null;
  readFirst: (params: Params, context: PreviewContext) => Promise<{ name: string; document: DocumentText }>;
  openChunking: (params: Params) => Promise<Chunking | null>;
}

export type StepPreview<Definition> = DocumentPreview<ParamsOf<Definition>>;
