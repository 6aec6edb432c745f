import type { Column } from "./columns";
import type { CheckResult } from "./define-step";
import { addStepColumns } from "./step-columns";

/** The column that says how much of a row was cut; none for a step that does not ask for it. The engine fills it, whatever the step is. */
export function truncatedColumn(params: Readonly<Record<string, unknown>>): Column[] {
  const name = params["truncatedColumn"];
  return params["overlong"] === "truncate" && typeof name === "string" ? [{ name, type: "integer" }] : [];
}

/** What a step's check found, with that column behind its own. */
export function addTruncatedColumn(params: Readonly<Record<string, unknown>>, checked: CheckResult): CheckResult {
  const { columns, problems, renamed = [] } = checked;
  const made = truncatedColumn(params);
  if (made.length === 0 || !("output" in columns)) return checked;
  const added = addStepColumns(columns["output"] ?? null, made.map((column) => ({ ...column, param: "truncatedColumn" })));
  return { columns: { ...columns, output: added.columns }, problems: [...problems, ...added.problems], renamed: [...renamed, ...added.renamed] };
}
