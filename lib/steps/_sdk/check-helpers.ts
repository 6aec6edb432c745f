import { type Column, type ColumnType, RESERVED_PREFIX } from "./columns";
import type { CheckContext, PortColumns, StepProblem } from "./define-step";
import { findPlaceholders } from "./param-fields";

/** Columns of the only edge into a port, or null while unknown. */
export function inputColumns(context: CheckContext<unknown>, port: string): PortColumns {
  return context.inputs[port]?.[0] ?? null;
}

function listNames(columns: Column[]): string {
  return columns.map((column) => column.name).join(", ");
}

/** A problem where `name` is not among the columns; none while the columns are unknown or the name is empty. */
export function requireColumn(columns: PortColumns, name: string, param: string): StepProblem[] {
  if (name === "") return [{ code: "param_required", data: { param }, param }];
  if (!columns || columns.some((column) => column.name === name)) return [];
  return [{ code: "column_missing", data: { column: name, columns: listNames(columns) }, param }];
}

/** A problem for each `{place}` that is no column. */
export function requirePlaceholders(columns: PortColumns, text: string, param: string): StepProblem[] {
  if (!columns) return [];
  return findPlaceholders(text)
    .filter((name) => !columns.some((column) => column.name === name))
    .map((name) => ({ code: "placeholder_unknown", data: { column: name, columns: listNames(columns) }, param }));
}

/** Adds columns at the end; a name that is taken or reserved is a problem of `param`. */
export function addColumns(
  base: PortColumns,
  added: { name: string; type: ColumnType; param: string }[],
): { columns: PortColumns; problems: StepProblem[] } {
  const problems: StepProblem[] = [];
  const names = new Set(base?.map((column) => column.name));
  for (const { name, param } of added) {
    if (name.startsWith(RESERVED_PREFIX)) problems.push({ code: "column_reserved", data: { column: name }, param });
    else if (names.has(name)) problems.push({ code: "column_duplicate", data: { column: name }, param });
    names.add(name);
  }
  return { columns: base && [...base, ...added.map(({ name, type }) => ({ name, type }))], problems };
}
