import type { Column } from "@/lib/steps/_sdk/columns";
import { nameStepColumns } from "@/lib/steps/_sdk/step-columns";
import type { RowsRunner } from "@/lib/steps/_sdk/step-runner";
import { truncatedColumn } from "@/lib/steps/_sdk/truncated-column";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { StepParams } from "./step-catalogue";

/** The columns that a row-wise step adds, under the names that the plan promised. */
export interface StepColumns {
  columns: Column[];
  /** Names as stored, by the names that the runner writes. */
  names: ReadonlyMap<string, string>;
  /** The one that says how much of a row was cut, as stored; null for a step without it. */
  cut: string | null;
}

export function findStepColumns(runner: RowsRunner<StepParams>, params: StepParams, table: TableManifest | null): StepColumns {
  const taken = table?.columns.map(({ name }) => name) ?? [];
  const made = runner.newColumns(params);
  const names = nameStepColumns(
    made.map(({ name }) => name),
    taken,
  );
  const [cutColumn] = truncatedColumn(params);
  // The plan adds it to a table that has the step's own already.
  const cut = cutColumn ? (nameStepColumns([cutColumn.name], [...taken, ...names.values()]).get(cutColumn.name) ?? null) : null;
  return { columns: [...made.map((column) => ({ ...column, name: names.get(column.name) ?? column.name })), ...(cutColumn && cut !== null ? [{ ...cutColumn, name: cut }] : [])], names, cut };
}

/** A row's values under the names as stored. */
export function storeUnder({ names }: Pick<StepColumns, "names">, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [names.get(name) ?? name, value]));
}
