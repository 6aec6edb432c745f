import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { zippedColumns } from "./zipped-columns";
import { ROW, parentColumn } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, inputs, emitMany }) {
    const tables = inputs("inputs");
    const lengths = tables.map(({ rows }) => rows);
    const longest = lengths.indexOf(Math.max(...lengths));
    if (params.lengths === "error" && new Set(lengths).size > 1)
      throw new AppError("table_lengths_differ", { detail: lengths.join(", ") });
    const zipped = zippedColumns(tables.map(({ columns }) => columns));
    const columns = tables.flatMap((_, index) => [
      ...(zipped[index] ?? []).map(({ from, column }) => `t${index}.${quoteIdentifier(from)} AS ${quoteIdentifier(column.name)}`),
      `t${index}.${ROW} AS ${parentColumn(index)}`,
    ]);
    const joins = tables.flatMap(({ view }, index) =>
      index === longest ? [] : [`LEFT JOIN ${view} t${index} ON t${index}.${ROW} = t${longest}.${ROW}`],
    );
    // Several rows become one, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT ${columns.join(", ")} FROM ${tables[longest]?.view} t${longest} ${joins.join(" ")} ORDER BY t${longest}.${ROW}`,
    );
  },
};
