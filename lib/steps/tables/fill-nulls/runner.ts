import { AppError, isAppError } from "@/lib/core/app-error";
import { describeTypes } from "@/lib/tables/describe-types";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import type { SqlSession, StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit }) {
    const { view, columns } = input("input");
    const types = await describeTypes(sql, view);
    const fill = (name: string): string => {
      const column = quoteIdentifier(name);
      const type = types.get(name) ?? "VARCHAR";
      const fills = {
        value: `CAST(${quoteLiteral(params.value)} AS ${type})`,
        previous: `last_value(${column} IGNORE NULLS) OVER (ORDER BY ${ROW} ROWS UNBOUNDED PRECEDING)`,
        next: `first_value(${column} IGNORE NULLS) OVER (ORDER BY ${ROW} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)`,
        mean: `CAST((SELECT avg(${column}) FROM ${view}) AS ${type})`,
        median: `CAST((SELECT median(${column}::DOUBLE) FROM ${view}) AS ${type})`,
        "most-frequent": `(SELECT ${column} FROM ${view} WHERE ${column} IS NOT NULL GROUP BY ${column} ORDER BY count(*) DESC, min(${ROW}) LIMIT 1)`,
      };
      return fills[params.fill];
    };
    if (params.fill === "value") await checkValue(sql, params.columns.map(fill));
    const selected = columns.map(({ name }) => {
      const column = quoteIdentifier(name);
      return params.columns.includes(name) ? `coalesce(${column}, ${fill(name)}) AS ${column}` : column;
    });
    await emit("output", `SELECT ${selected.join(", ")}, ${ROW} AS ${IN0} FROM ${view} ORDER BY ${ROW}`);
  },
};

/** Throws `params_invalid` where the value does not fit the type of a column. */
async function checkValue(sql: SqlSession, values: readonly string[]): Promise<void> {
  try {
    await sql.query(`SELECT ${values.join(", ")}`);
  } catch (error) {
    if (!isAppError(error) || error.code !== "internal") throw error;
    throw new AppError("params_invalid", { param: "value", detail: String(error.data["detail"]) }, { cause: error });
  }
}
