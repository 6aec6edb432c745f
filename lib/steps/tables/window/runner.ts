import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { typeOfColumn } from "../../_sdk/check-helpers";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    const { view, columns } = input("input");
    const column = quoteIdentifier(params.column);
    const sumType = typeOfColumn(columns, params.column) === "integer" ? "BIGINT" : "DOUBLE";
    const calls = {
      previous: `lag(${column}, ${params.distance})`,
      next: `lead(${column}, ${params.distance})`,
      "row-number": "row_number()",
      "running-sum": `sum(${column})`,
    };
    const keys = params.order.map(
      (key) => `${quoteIdentifier(key.column)} ${key.descending ? "DESC" : "ASC"} NULLS LAST`,
    );
    const partition = params.partition.length === 0 ? "" : `PARTITION BY ${params.partition.map(quoteIdentifier).join(", ")} `;
    const over = `OVER (${partition}ORDER BY ${[...keys, ROW].join(", ")}${params.compute === "running-sum" ? " ROWS UNBOUNDED PRECEDING" : ""})`;
    const call = `${calls[params.compute]} ${over}`;
    const value = `${params.compute === "running-sum" ? `(${call})::${sumType}` : call} AS ${quoteIdentifier(params.name)}`;
    const selected = columns.map(({ name }) => (name === params.name ? value : quoteIdentifier(name)));
    if (!columns.some(({ name }) => name === params.name)) selected.push(value);
    await emit("output", `SELECT ${selected.join(", ")}, ${ROW} AS ${IN0} FROM ${view} ORDER BY ${ROW}`);
  },
};
