import { isOwnColumn } from "./own-columns";
import { isType, type Column, type ColumnType } from "./columns";
import type { CheckContext, PortColumns, StepProblem } from "./define-step";
import { findDoubledPlaces, findPlaceholders } from "./param-fields";

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

/** A problem for each name that is not among the columns, and one where none is named. */
export function requireColumns(columns: PortColumns, names: readonly string[], param: string): StepProblem[] {
  return names.length === 0 ? requireColumn(columns, "", param) : names.flatMap((name) => requireColumn(columns, name, param));
}

/** Type of a column; `unknown` while it is not known. */
export function typeOfColumn(columns: PortColumns, name: string): ColumnType {
  return columnNamed(columns, name).type;
}

/** A column by name; its type is `unknown` if it is not there or not known yet. */
export function columnNamed(columns: PortColumns, name: string): Column {
  return columns?.find((column) => column.name === name) ?? { name, type: "unknown" };
}

/** A problem where a column has none of these types. A column that is missing or of unknown type is none. */
export function requireType(columns: PortColumns, name: string, types: readonly ColumnType[], param: string): StepProblem[] {
  const type = typeOfColumn(columns, name);
  if (type === "unknown" || types.some((wanted) => isType(type, wanted))) return [];
  return [{ code: "column_type_unfit", data: { column: name, type, wanted: types.join(", ") }, param }];
}

/** A problem for each name that stands in doubled braces, which are plain ones: “{{ q }}” asks about “{ q }” in every row. */
export function refuseDoubledPlaces(text: string, names: readonly string[], param: string): StepProblem[] {
  return findDoubledPlaces(text)
    .filter((written) => names.includes(written.trim()))
    .map((written) => ({ code: "placeholder_doubled", data: { written, column: written.trim() }, param }));
}

/** A problem for each `{place}` that is no column. */
export function requireColumnPlaces(columns: PortColumns, text: string, param: string): StepProblem[] {
  if (!columns) return [];
  const names = columns.map(({ name }) => name);
  return findPlaceholders(text)
    .filter((name) => !names.includes(name))
    .map((name) => ({ code: "placeholder_unknown", data: { column: name, columns: listNames(columns) }, param }));
}

/** The same of a prompt, in which a column in doubled braces is a problem too: who writes it means the cell. */
export function requirePlaceholders(columns: PortColumns, text: string, param: string): StepProblem[] {
  const names = columns?.map(({ name }) => name) ?? [];
  return [...requireColumnPlaces(columns, text, param), ...refuseDoubledPlaces(text, names, param)];
}

/** Adds columns at the end; a name that is taken or reserved is a problem of `param`. */
export function addColumns(
  base: PortColumns,
  added: { name: string; type: ColumnType; param: string }[],
): { columns: PortColumns; problems: StepProblem[] } {
  const problems: StepProblem[] = [];
  // DuckDB takes names that differ only in case for one.
  const names = new Set(base?.map((column) => column.name.toLowerCase()));
  for (const { name, param } of added) {
    if (isOwnColumn(name)) problems.push({ code: "column_reserved", data: { column: name }, param });
    else if (names.has(name.toLowerCase())) problems.push({ code: "column_duplicate", data: { column: name }, param });
    names.add(name.toLowerCase());
  }
  return { columns: base && [...base, ...added.map(({ name, type }) => ({ name, type }))], problems };
}

/** Writes columns: in place where the name is there, else at the end. An empty name is a problem of `param`. */
export function writeColumns(
  base: PortColumns,
  written: { name: string; type: ColumnType; param: string }[],
): { columns: PortColumns; problems: StepProblem[] } {
  const unnamed = written.filter(({ name }) => name === "").map(({ param }): StepProblem => ({ code: "param_required", data: { param }, param }));
  const named = written.filter(({ name }) => name !== "");
  const added = addColumns(
    base,
    named.filter(({ name }, index) => !base?.some((column) => column.name === name) || named.findIndex((other) => other.name === name) !== index),
  );
  const columns = added.columns?.map((column) => ({ name: column.name, type: named.find(({ name }) => name === column.name)?.type ?? column.type })) ?? null;
  return { columns, problems: [...unnamed, ...added.problems] };
}
