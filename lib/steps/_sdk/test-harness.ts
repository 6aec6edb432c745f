import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseAccess } from "@/lib/databases/connect-postgres";
import { isAppError } from "@/lib/core/app-error";
import { toJsonCell, type JsonValue } from "@/lib/tables/json-cell";
import { openDuckDb, type DuckDb } from "@/lib/tables/duckdb";
import { JsonStructure } from "@/lib/tables/files/json-structure";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { TableSession } from "@/lib/tables/table-session";
import { createTableView } from "@/lib/tables/table-view";
import { createEmptyDocument } from "@/lib/workflow/document";
import { writePart, type WrittenPart } from "@/lib/tables/write-part";
import type { Column } from "./columns";
import type { AnyStepDefinition, CheckResult } from "./define-step";
import type {
  InputModel,
  InputTable,
  PlacedTable,
  SqlValue,
  TableContext,
  TableRunner,
} from "./step-runner";
import type { FileRef } from "./param-fields";

export type FixtureRow = Record<string, JsonValue>;

/** `__in0` of a row: the row it came of, several, or none. */
type Lineage = number | number[] | null;

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
    /** `__in0` of each row. */
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

/** Runs a table step on real DuckDB in a folder of its own, which is removed afterwards. */
export async function runStepFixture(
  options: HarnessOptions,
  fixture: StepFixture,
): Promise<StepOutcome> {
  const dataFolder = await mkdtemp(join(tmpdir(), "reverie-step-"));
  const db = await openDuckDb({ dataFolder, memoryLimitMb: 1024, threads: 2 });
  try {
    return await runIn(dataFolder, db, options, fixture);
  } finally {
    await db.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function runIn(
  dataFolder: string,
  db: DuckDb,
  options: HarnessOptions,
  fixture: StepFixture,
): Promise<StepOutcome> {
  const session = await db.openSession({
    readable: [dataFolder],
    writable: dataFolder,
  });
  const { definition } = options;
  const params = definition.params.parse(fixture.params);
  const tables = await openInputs(session, dataFolder, fixture);
  const columns = Object.fromEntries(
    Object.entries(tables).map(([port, list]) => [
      port,
      list.map((table) => table.columns),
    ]),
  );
  const check = definition.check({
    params,
    inputs: columns,
    probed: options.probed ?? null,
  });
  const outcome: StepOutcome = {
    check,
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
  if (check.problems.length > 0) return outcome;
  try {
    await options.runner.run(
      await createContext({
        session,
        dataFolder,
        options,
        fixture,
        params,
        tables,
        outcome,
      }),
    );
    outcome.unaccounted = findUnaccounted(tables, outcome);
  } catch (error) {
    if (!isAppError(error)) throw error;
    outcome.error = error.code === "internal" ? error.message : error.code;
  } finally {
    session.close();
  }
  return outcome;
}

async function openInputs(
  session: TableSession,
  dataFolder: string,
  fixture: StepFixture,
): Promise<Record<string, PlacedTable[]>> {
  const tables: Record<string, PlacedTable[]> = {};
  let index = 0;
  for (const [port, given] of Object.entries(fixture.inputs ?? {})) {
    const list = (given.some((entry) => entry === null || Array.isArray(entry)) ? given : [given]) as (FixtureRow[] | null)[];
    tables[port] = [];
    for (const [place, rows] of list.entries())
      // A null stands for a step of a port's edge that gave nothing.
      if (rows !== null) tables[port].push({ ...(await openInput(session, dataFolder, index++, rows)), place });
  }
  return tables;
}

async function openInput(
  session: TableSession,
  dataFolder: string,
  index: number,
  rows: FixtureRow[],
): Promise<InputTable> {
  const file = `input-${index}.parquet`;
  const structure = new JsonStructure();
  for (const row of rows) structure.add(row);
  const members = structure.members();
  const taken = members.map(
    ([name]) => `r[${quoteLiteral(name)}] AS ${quoteIdentifier(name)}`,
  );
  const query = `SELECT ${taken.join(", ")} FROM (SELECT unnest(CAST(CAST(? AS JSON) AS ${structure.toDuckType()}[])) AS r)`;
  const written: WrittenPart =
    members.length === 0
      ? { rows: 0, bytes: 0, columns: [] }
      : await writePart(session, {
          query,
          values: [JSON.stringify(rows)],
          path: join(dataFolder, file),
        });
  const manifest: TableManifest = {
    columns: written.columns,
    parts: [{ file, rows: written.rows, bytes: written.bytes }],
    rows: written.rows,
  };
  const view = await createTableView(session, {
    name: `input_${index}`,
    dataFolder,
    manifest,
  });
  return { view, columns: manifest.columns, rows: manifest.rows };
}

interface ContextParts {
  session: TableSession;
  dataFolder: string;
  options: HarnessOptions;
  fixture: StepFixture;
  params: Record<string, unknown>;
  tables: Record<string, PlacedTable[]>;
  outcome: StepOutcome;
}

async function createContext(
  parts: ContextParts,
): Promise<TableContext<Record<string, unknown>>> {
  const { session, dataFolder, options, fixture, tables, outcome } = parts;
  const scratch = join(dataFolder, "scratch");
  await mkdir(scratch);
  const requireTable = (port: string): InputTable => {
    const table = tables[port]?.[0];
    if (!table) throw new Error(`The fixture has no input ${port}.`);
    return table;
  };
  const record =
    (list: StepOutcome["rejected"]) =>
    async (query: string, values?: readonly SqlValue[]): Promise<void> => {
      const rows = await session.query(
        `SELECT __in0::BIGINT AS __in0, code::VARCHAR AS code, data::VARCHAR AS data FROM (${query})`,
        values,
      );
      for (const row of rows) {
        list.push({
          row: row["__in0"] === null ? null : Number(row["__in0"]),
          code: String(row["code"]),
          data: JSON.parse(String(row["data"])),
        });
      }
    };
  const emitUncounted: TableContext<unknown>["emitMany"] = (port, query, values) => {
    outcome.uncounted.push(port);
    return readOutput(parts, port, query, values);
  };
  return {
    params: parts.params,
    sql: session,
    signal: new AbortController().signal,
    scratch,
    rowLimit: fixture.rowLimit ?? null,
    input: requireTable,
    inputs: (port) => tables[port] ?? [],
    model: (port) => {
      const model = options.models?.[port];
      return model ? Promise.resolve(model) : Promise.reject(new Error(`The fixture has no model ${port}.`));
    },
    models: (port) => (options.models?.[port] ? [{ place: 0, open: () => Promise.resolve(options.models?.[port] as InputModel) }] : []),
    pruned: (port) => fixture.pruned?.[port] ?? [],
    suggestTrial: options.suggestTrial ?? (() => Promise.reject(new Error("The fixture has no trainer."))),
    filePath:
      options.filePath ??
      ((file) => writeFixtureFile(dataFolder, fixture, file)),
    storedTable: (address) => openInput(session, dataFolder, Object.keys(fixture.stored ?? {}).indexOf(address) + 1000, fixture.stored?.[address] ?? []),
    emit: (port, query, values) => readOutput(parts, port, query, values),
    emitMany: emitUncounted,
    emitReport: emitUncounted,
    derivedFile: async (_port, _settings, make) => {
      const path = join(scratch, "derived");
      await make(path);
      return path;
    },
    database: () => (options.database ? Promise.resolve(options.database) : Promise.reject(new Error("The fixture has no database."))),
    privateHosts: options.privateHosts ?? [],
    handOnModel: (port, from) => void (outcome.models[port] = from),
    reject: record(outcome.rejected),
    fail: record(outcome.failed),
    keepFile: async (path, name) =>
      void (outcome.files[name] = await readFile(path, "utf8")),
    exportModel: ({ format, precision }) => {
      outcome.files[format] = precision;
      return Promise.resolve();
    },
    tuneAtProvider: async (_port, { train, validation }) => {
      outcome.files["train.jsonl"] = await readFile(train.path, "utf8");
      if (validation) outcome.files["validation.jsonl"] = await readFile(validation.path, "utf8");
    },
    hub: () =>
      Promise.resolve(
        options.hub ?? { endpoint: "https://huggingface.co", token: null },
      ),
    provenance: () => Promise.resolve({ workflow: createEmptyDocument("Fixture"), nodeId: "step", steps: [], software: {} }),
  };
}

async function writeFixtureFile(
  dataFolder: string,
  fixture: StepFixture,
  { sha256 }: FileRef,
): Promise<string> {
  const text = fixture.files?.[sha256];
  if (text === undefined) throw new Error(`The fixture has no file ${sha256}.`);
  const path = join(dataFolder, sha256);
  await writeFile(path, text);
  return path;
}

async function readOutput(
  { session, dataFolder, outcome }: ContextParts,
  port: string,
  query: string,
  values?: readonly SqlValue[],
): Promise<number> {
  const path = join(dataFolder, `output-${port}.parquet`);
  const { columns } = await writePart(session, {
    query,
    values: values ?? [],
    path,
  });
  const json = new Set(
    columns.filter(({ type }) => type === "object").map(({ name }) => name),
  );
  const rows = await session.read("SELECT * FROM read_parquet(?)", [path]);
  outcome.columns[port] = columns;
  outcome.outputs[port] = rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name }) => {
        const cell = toJsonCell(row[name] ?? null);
        return [
          name,
          json.has(name) && typeof cell === "string"
            ? (JSON.parse(cell) as JsonValue)
            : cell,
        ];
      }),
    ),
  );
  outcome.lineage[port] = rows.map((row) => {
    const cell = toJsonCell(row["__in0"] ?? null);
    return Array.isArray(cell) ? cell.map(Number) : cell === null ? null : Number(cell);
  });
  return rows.length;
}

function findUnaccounted(
  tables: Record<string, PlacedTable[]>,
  outcome: StepOutcome,
): number[] {
  const first = Object.values(tables)[0]?.[0];
  if (!first || Object.keys(outcome.outputs).every((port) => outcome.uncounted.includes(port))) return [];
  const seen = new Set([
    ...Object.values(outcome.lineage).flat(2),
    ...outcome.rejected.map(({ row }) => row),
    ...outcome.failed.map(({ row }) => row),
  ]);
  return Array.from({ length: first.rows }, (_, row) => row).filter(
    (row) => !seen.has(row),
  );
}
