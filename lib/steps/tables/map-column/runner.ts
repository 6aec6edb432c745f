import { checkExpression } from "@/lib/tables/expression";
import { emitComputed } from "../../_sdk/compute-columns";
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
  async run(context) {
    const { params, sql, input } = context;
    const table = input("input");
    const checked = await checkExpression(sql, params.expression, table.columns);
    const computed =
      params.type === "as-computed"
        ? checked.sql
        : `CAST(${checked.sql} AS ${duckTypes[params.type]})`;
    await emitComputed(context, table, [{ name: params.column, sql: computed }]);
  },
};
