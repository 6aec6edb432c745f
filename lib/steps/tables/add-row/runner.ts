import { AppError, isAppError } from "@/lib/core/app-error";
import { describeTypes } from "@/lib/tables/describe-types";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import { typedCellTypes } from "../../_sdk/typed-table";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params: { table }, input, sql, emitMany }) {
    const { view, columns } = input("input");
    const types = await describeTypes(sql, view);
    const cells = columns.map(({ name }) => {
      const index = table.columns.findIndex((column) => column.name === name);
      const typed = table.columns[index];
      const value = typed ? `(cells->>${index})::${typedCellTypes[typed.type]}` : "NULL";
      return `${value}::${types.get(name) ?? "VARCHAR"} AS ${quoteIdentifier(name)}`;
    });
    const added = `SELECT ${cells.join(", ")}, NULL::BIGINT AS ${IN0} FROM (SELECT unnest(CAST(?::JSON AS JSON[])) AS cells)`;
    const values = [JSON.stringify(table.rows)];
    try {
      await sql.query(`SELECT count(COLUMNS(*)) FROM (${added})`, values);
    } catch (error) {
      if (!isAppError(error) || error.code !== "internal") throw error;
      throw new AppError("params_invalid", { param: "table", detail: error.message }, { cause: error });
    }
    // Rows come in that were not there, so rows in and out do not add up.
    await emitMany(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${view} UNION ALL ${added}`,
      values,
    );
  },
};
