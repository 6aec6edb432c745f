import { AppError, isAppError } from "@/lib/core/app-error";
import { checkSelect } from "@/lib/tables/check-select";
import type { SqlSession, StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { ROW, isOwnColumn } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, inputs, sql, emitMany }) {
    const views = inputs("inputs").map(({ view }, index) => ({ name: `input${index + 1}`, view }));
    const query = await checkSelect(sql, params.query, views.map(({ name }) => name));
    for (const { name, view } of views)
      await sql.run(`CREATE OR REPLACE TEMP VIEW ${name} AS SELECT * EXCLUDE (${ROW}) FROM ${view}`);
    try {
      await sql.limitTime(params.seconds * 1000, async () => {
        await checkNames(sql, query);
        // Any row of the result may be made of any rows of the inputs.
        await emitMany("output", query);
      });
    } catch (error) {
      throw explain(error, params.seconds);
    }
  },
};

/** Throws `column_reserved`, `column_duplicate`. */
async function checkNames(sql: SqlSession, query: string): Promise<void> {
  const names = (await sql.query(`DESCRIBE ${query}`)).map((row) => String(row["column_name"]));
  for (const [index, column] of names.entries()) {
    if (isOwnColumn(column)) throw new AppError("column_reserved", { column });
    if (names.findIndex((other) => other.toLowerCase() === column.toLowerCase()) !== index)
      throw new AppError("column_duplicate", { column });
  }
}

/** What DuckDB says of the query is for the person who wrote it. */
function explain(error: unknown, seconds: number): unknown {
  if (!isAppError(error)) return error;
  if (error.code === "query_too_slow") return new AppError("sql_too_slow", { seconds }, { cause: error });
  const detail = String(error.data["detail"] ?? "");
  const isQuery = error.code === "internal" && /^(Binder|Catalog|Parser|Conversion|Invalid Input|Out of Range|Not implemented|Mismatch Type) Error/i.test(detail);
  return isQuery ? new AppError("sql_invalid", { detail }, { cause: error }) : error;
}
