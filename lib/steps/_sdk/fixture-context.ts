import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createEmptyDocument } from "@/lib/workflow/document";
import { openInput, readOutput } from "./fixture-tables";
import type { FileRef } from "./param-fields";
import type { FixtureRun, StepFixture, StepOutcome } from "./step-fixture";
import type { InputModel, InputTable, SqlValue, TableContext } from "./step-runner";
import { IN0 } from "./own-columns";

/** What a step is handed in a fixture's run: real tables, and what the fixture has of everything else. */
export async function createFixtureContext(run: FixtureRun): Promise<TableContext<Record<string, unknown>>> {
  const { session, dataFolder, options, fixture, tables, outcome } = run;
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
      const rows = await session.query(`SELECT ${IN0}::BIGINT AS ${IN0}, code::VARCHAR AS code, data::VARCHAR AS data FROM (${query})`, values);
      for (const row of rows) list.push({ row: row[IN0] === null ? null : Number(row[IN0]), code: String(row["code"]), data: JSON.parse(String(row["data"])) });
    };
  const emitUncounted: TableContext<unknown>["emitMany"] = (port, query, values) => {
    outcome.uncounted.push(port);
    return readOutput(run, port, query, values);
  };
  return {
    params: run.params,
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
    filePath: options.filePath ?? ((file) => writeFixtureFile(dataFolder, fixture, file)),
    storedTable: (address) => openInput(session, dataFolder, Object.keys(fixture.stored ?? {}).indexOf(address) + 1000, fixture.stored?.[address] ?? []),
    emit: (port, query, values) => readOutput(run, port, query, values),
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
    note: () => undefined,
    reject: record(outcome.rejected),
    fail: record(outcome.failed),
    keepFile: async (path, name) => void (outcome.files[name] = await readFile(path, "utf8")),
    exportModel: ({ format, precision }) => {
      outcome.files[format] = precision;
      return Promise.resolve();
    },
    tuneAtProvider: async (_port, { train, validation }) => {
      outcome.files["train.jsonl"] = await readFile(train.path, "utf8");
      if (validation) outcome.files["validation.jsonl"] = await readFile(validation.path, "utf8");
    },
    hub: () => Promise.resolve(options.hub ?? { endpoint: "https://huggingface.co", token: null }),
    provenance: () => Promise.resolve({ workflow: createEmptyDocument("Fixture"), nodeId: "step", steps: [], software: {} }),
  };
}

async function writeFixtureFile(dataFolder: string, fixture: StepFixture, { sha256 }: FileRef): Promise<string> {
  const text = fixture.files?.[sha256];
  if (text === undefined) throw new Error(`The fixture has no file ${sha256}.`);
  const path = join(dataFolder, sha256);
  await writeFile(path, text);
  return path;
}
