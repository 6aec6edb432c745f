import { requireColumn, requireType, typeOfColumn } from "./check-helpers";
import type { ColumnType } from "./columns";
import type { PortColumns, StepProblem } from "./define-step";

export const aggregateFunctions = [
  "rows",
  "count",
  "distinct",
  "sum",
  "mean",
  "min",
  "max",
  "median",
  "stddev",
  "first",
  "last",
  "list",
  "concat",
] as const;
export type AggregateFunction = (typeof aggregateFunctions)[number];

interface Aggregate {
  function: AggregateFunction;
  column: string;
}

const numeric = new Set<AggregateFunction>(["sum", "mean", "median", "stddev"]);

/** Name of a result: the one given, or one made of its column and what is computed. */
export function aggregateName({ function: compute, column, name }: Aggregate & { name: string }): string {
  if (name !== "") return name;
  return compute === "rows" ? "rows" : `${column}_${compute}`;
}

/** Type of a result. */
export function aggregateType(base: PortColumns, { function: compute, column }: Aggregate): ColumnType {
  if (compute === "rows" || compute === "count" || compute === "distinct") return "integer";
  if (compute === "list") return "list";
  if (compute === "concat") return "text";
  if (compute === "mean" || compute === "median" || compute === "stddev") return "number";
  return typeOfColumn(base, column);
}

/** Problems of results whose column is missing, or holds no numbers where numbers are needed. */
export function findUnfitAggregates(base: PortColumns, aggregates: readonly Aggregate[], param: string): StepProblem[] {
  return aggregates
    .filter((aggregate) => aggregate.function !== "rows")
    .flatMap(({ function: compute, column }) => [
      ...requireColumn(base, column, param),
      ...(numeric.has(compute) ? requireType(base, column, ["integer", "number"], param) : []),
    ]);
}
