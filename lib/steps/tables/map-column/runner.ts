import { checkExpression } from "@/lib/tables/expression";
import { sameText } from "@/lib/tables/same-text";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

const duckTypes = {
  text: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
} as const;

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, fail }) {
    const { view, columns, rows } = input("input");
    const checked = await checkExpression(sql, params.expression, columns);
    const cast =
      params.type === "as-computed"
        ? checked.sql
        : `CAST(${checked.sql} AS ${duckTypes[params.type]})`;
    // An error makes the whole struct null, a null result only its member.
    const computed = `SELECT *, TRY({ value: ${cast} }) AS __computed FROM ${view}`;
    const name = quoteIdentifier(params.column);
    const replaces = columns.some((column) => column.name === params.column);
    const selected = columns.map((column) =>
      column.name === params.column
        ? `__computed.value AS ${name}`
        : quoteIdentifier(column.name),
    );
    if (!replaces) selected.push(`__computed.value AS ${name}`);
    const computedRows = await emit(
      "output",
      `SELECT ${selected.join(", ")}, __row AS __in0 FROM (${computed}) WHERE __computed IS NOT NULL`,
    );
    // Computing it again costs as much as the first time, so only where a row is missing.
    if (computedRows === rows) return;
    await fail(
      `SELECT __row AS __in0, ${sameText("row_not_computed")} AS code, ${sameText("{}")} AS data FROM (${computed}) WHERE __computed IS NULL`,
    );
  },
};
