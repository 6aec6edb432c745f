import { addColumns } from "./check-helpers";
import type { Column, ColumnType } from "./columns";
import type { PortColumns, RenamedColumn, StepProblem } from "./define-step";

// DuckDB takes names that differ only in case for one.
const fold = (name: string): string => name.toLowerCase();

/**
 * Names of a step's own columns, by the name wanted: that itself, or with a number behind it if the input has it already
 * (`prompts_2`). Plan and run both ask here, so the form says what the table will have.
 */
export function nameStepColumns(wanted: readonly string[], taken: readonly string[]): Map<string, string> {
  const inInput = new Set(taken.map(fold));
  const used = new Set([...taken, ...wanted].map(fold));
  return new Map(
    wanted.map((name) => {
      if (!inInput.has(fold(name))) return [name, name];
      let number = 2;
      while (used.has(fold(`${name}_${String(number)}`))) number += 1;
      const free = `${name}_${String(number)}`;
      used.add(fold(free));
      return [name, free];
    }),
  );
}

/** The same of a single column. */
export function nameStepColumn(wanted: string, taken: readonly Column[]): string {
  return nameStepColumns([wanted], taken.map(({ name }) => name)).get(wanted) ?? wanted;
}

/** Adds a step's own columns at the end, each under a name that is free. Two of its own with one name are a problem of `param`. */
export function addStepColumns(base: PortColumns, added: { name: string; type: ColumnType; param: string }[]): { columns: PortColumns; problems: StepProblem[]; renamed: RenamedColumn[] } {
  const names = nameStepColumns(
    added.map(({ name }) => name),
    base?.map(({ name }) => name) ?? [],
  );
  const named = added.map((column) => ({ ...column, wanted: column.name, name: names.get(column.name) ?? column.name }));
  return { ...addColumns(base, named), renamed: named.filter(({ name, wanted }) => name !== wanted).map(({ param, wanted, name }) => ({ param, wanted, name })) };
}
