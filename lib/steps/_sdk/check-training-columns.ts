import { requireColumn } from "./check-helpers";
import type { PortColumns, StepProblem } from "./define-step";

/** Problems where a table of training or validation rows lacks a column; `columns` are by parameter, null for one that is not used. */
export function requireTrainingColumns(inputs: Record<string, PortColumns[]>, columns: Record<string, string | null>): StepProblem[] {
  const tables = [inputs.train ?? [null], inputs.validation ?? []].map((connected) => connected.slice(0, 1)).flat();
  return tables.flatMap((table) => Object.entries(columns).flatMap(([param, name]) => (name === null ? [] : requireColumn(table, name, param))));
}
