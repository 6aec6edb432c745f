import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, inputs, emitMany }) {
    const tables = inputs("inputs");
    const lengths = tables.map(({ rows }) => rows);
    const longest = lengths.indexOf(Math.max(...lengths));
    if (params.lengths === "error" && new Set(lengths).size > 1)
      throw new AppError("table_lengths_differ", { detail: lengths.join(", ") });
    const columns = tables.flatMap((table, index) => [
      ...table.columns.map(({ name }) => `t${index}.${quoteIdentifier(name)}`),
      `t${index}.__row AS __in${index}`,
    ]);
    const joins = tables.flatMap(({ view }, index) =>
      index === longest ? [] : [`LEFT JOIN ${view} t${index} ON t${index}.__row = t${longest}.__row`],
    );
    // Several rows become one, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT ${columns.join(", ")} FROM ${tables[longest]?.view} t${longest} ${joins.join(" ")} ORDER BY t${longest}.__row`,
    );
  },
};
