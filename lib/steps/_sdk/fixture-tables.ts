import { join } from "node:path";
import { toJsonCell, type JsonValue } from "@/lib/tables/json-cell";
import { JsonStructure } from "@/lib/tables/files/json-structure";
import { scanJson } from "@/lib/tables/files/scan-json";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { TableSession } from "@/lib/tables/table-session";
import { createTableView } from "@/lib/tables/table-view";
import { writePart, type WrittenPart } from "@/lib/tables/write-part";
import type { FixtureRow, FixtureRun, StepFixture } from "./step-fixture";
import type { InputTable, PlacedTable, SqlValue } from "./step-runner";
import { IN0 } from "./own-columns";

/** The tables of a fixture, as steps before this one would have left them. */
export async function openInputs(session: TableSession, dataFolder: string, fixture: StepFixture): Promise<Record<string, PlacedTable[]>> {
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

export async function openInput(session: TableSession, dataFolder: string, index: number, rows: FixtureRow[]): Promise<InputTable> {
  const manifest = await storeInput(session, dataFolder, index, rows);
  const view = await createTableView(session, { name: `input_${index}`, dataFolder, manifest });
  return { view, columns: manifest.columns, rows: manifest.rows };
}

/** A table as a step before would have stored it. */
export async function storeInput(session: TableSession, dataFolder: string, index: number, rows: FixtureRow[]): Promise<TableManifest> {
  const file = `input-${index}.parquet`;
  const structure = new JsonStructure();
  for (const row of rows) structure.add(scanJson(Buffer.from(JSON.stringify(row))).root);
  const members = structure.members();
  const taken = members.map(([name]) => `r[${quoteLiteral(name)}] AS ${quoteIdentifier(name)}`);
  const query = `SELECT ${taken.join(", ")} FROM (SELECT unnest(CAST(CAST(? AS JSON) AS ${structure.toDuckType()}[])) AS r)`;
  const written: WrittenPart =
    members.length === 0 ? { rows: 0, bytes: 0, columns: [] } : await writePart(session, { query, values: [JSON.stringify(rows)], path: join(dataFolder, file) });
  return { columns: written.columns, parts: [{ file, rows: written.rows, bytes: written.bytes }], rows: written.rows };
}

/** Writes what a step gives to a port, and reads it back into the outcome. Gives its number of rows. */
export async function readOutput(
  { session, dataFolder, outcome }: FixtureRun,
  port: string,
  query: string,
  values?: readonly SqlValue[],
): Promise<number> {
  const path = join(dataFolder, `output-${port}.parquet`);
  const { columns } = await writePart(session, { query, values: values ?? [], path });
  const json = new Set(columns.filter(({ type }) => type === "object").map(({ name }) => name));
  const rows = await session.read("SELECT * FROM read_parquet(?)", [path]);
  const readCell = (name: string, cell: JsonValue): JsonValue => (json.has(name) && typeof cell === "string" ? (JSON.parse(cell) as JsonValue) : cell);
  outcome.columns[port] = columns;
  outcome.outputs[port] = rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, readCell(name, toJsonCell(row[name] ?? null))])));
  outcome.lineage[port] = rows.map((row) => {
    const cell = toJsonCell(row[IN0] ?? null);
    return Array.isArray(cell) ? cell.map(Number) : cell === null ? null : Number(cell);
  });
  return rows.length;
}
