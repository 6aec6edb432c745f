import { AppError } from "@/lib/core/app-error";
import { cellText } from "@/lib/tables/cell-text";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { Column } from "../../_sdk/columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { explainDifference, explainTypes, mergeColumns } from "./merge-columns";
import { ROW, parentColumn } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, inputs, emit }) {
    const tables = inputs("inputs");
    const all = tables.map(({ columns }) => columns);
    const detail =
      (params.match === "same" ? explainDifference(all) : null) ??
      (params.types === "error" ? explainTypes(all) : null);
    if (detail !== null) throw new AppError("columns_differ", { detail });
    const merged = mergeColumns(all);
    const parts = tables.map(
      ({ view, columns }, index) =>
        `SELECT ${[...columns.map((column) => widen(column, merged)), `${ROW} AS ${parentColumn(index)}`].join(", ")} FROM ${view}`,
    );
    await emit("output", parts.join(" UNION ALL BY NAME "));
  },
};

/** DuckDB widens numbers by itself, but says no to some other pairs. */
function widen({ name, type }: Column, merged: readonly Column[]): string {
  const target = merged.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const quoted = quoteIdentifier(name);
  if (target?.type !== "text" || type === "text") return quoted;
  return `${cellText({ name, type })} AS ${quoted}`;
}
