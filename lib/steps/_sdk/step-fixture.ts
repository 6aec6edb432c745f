import type { DatabaseAccess } from "@/lib/databases/connect-postgres";
import type { JsonValue } from "@/lib/tables/json-cell";
import type { TableSession } from "@/lib/tables/table-session";
import type { Column } from "./columns";
import type { AnyStepDefinition, CheckResult } from "./define-step";
import type { FileRef } from "./param-fields";
import type { InputModel, PlacedTable, TableContext, TableRunner } from "./step-runner";

export type FixtureRow = Record<string, JsonValue>;

/** `IN0` of a row: the row it came of, several, or none. */
export type Lineage = number | number[] | null;

/** A case of a step: parameters and small tables in, tables or an error out. What `expect` leaves out is not compared. */
export interface StepFixture {
  params: Record<string, unknown>;
  /** By input port; a port that takes many has a list of tables. */
  inputs?: Record<string, FixtureRow[] | (FixtureRow[] | null)[]>;
  /** Places of edges behind which a training was given up, by input port. */
  pruned?: Record<string, number[]>;
  /** Tables that steps have made, by address. */
  stored?: Record<string, FixtureRow[]>;
  /** Text of uploaded files, by the sha256 in the parameters. */
  files?: Record<string, string>;
  rowLimit?: number;
  expect: {
    outputs?: Record<string, FixtureRow[]>;
    columns?: Record<string, Column[]>;
    /** `IN0` of each row. */
    lineage?: Record<string, Lineage[]>;
    rejected?: { row: number | null; code: string }[];
    failed?: { row: number | null; code: string }[];
    /** Text of kept files, by name. */
    files?: Record<string, string>;
    /** Codes of the problems found before a run; the step is then not run. */
    problems?: string[];
    /** Code of the error that the run throws. */
    error?: string;
  };
}

export interface StepOutcome {
  check: CheckResult;
  outputs: Record<string, FixtureRow[]>;
  columns: Record<string, Column[]>;
  lineage: Record<string, Lineage[]>;
  rejected: { row: number | null; code: string; data: unknown }[];
  failed: { row: number | null; code: string; data: unknown }[];
  files: Record<string, string>;
  /** Which connected model was handed on, by output port. */
  models: Record<string, { port: string; index: number | null }>;
  /** Output ports whose rows need not be those of the input, one for one. */
  uncounted: string[];
  error: string | null;
  /** Rows of the first input that are in no output, rejection or failure. */
  unaccounted: number[];
}

/** What a step of whole tables needs beside its fixture. */
export interface HarnessOptions {
  definition: AnyStepDefinition;
  runner: TableRunner<Record<string, unknown>>;
  /** Absolute path of a file, for tests on real files. */
  filePath?: (file: FileRef) => Promise<string>;
  hub?: { endpoint: string; token: string | null };
  privateHosts?: string[];
  probed?: Column[] | null;
  database?: DatabaseAccess;
  /** By input port. */
  models?: Record<string, InputModel>;
  /** Where the next trial is to be looked for. */
  suggestTrial?: TableContext<unknown>["suggestTrial"];
}

/** One fixture under way. */
export interface FixtureRun {
  session: TableSession;
  dataFolder: string;
  options: HarnessOptions;
  fixture: StepFixture;
  params: Record<string, unknown>;
  tables: Record<string, PlacedTable[]>;
  outcome: StepOutcome;
}
