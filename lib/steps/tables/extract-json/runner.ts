import { AppError, isAppError } from "@/lib/core/app-error";
import { fitType } from "@/lib/tables/fit-type";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { typeOfColumn } from "../../_sdk/check-helpers";
import { emitChecked, type RowCheck } from "../../_sdk/compute-columns";
import type { SqlSession, StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, fail }) {
    const table = input("input");
    const column = quoteIdentifier(params.column);
    const isText = typeOfColumn(table.columns, params.column) === "text";
    const json = isText ? `TRY_CAST(${column} AS JSON)` : `to_json(${column})`;
    const values = await Promise.all(
      params.values.map(async ({ path, name, type }) => {
        const place = quoteLiteral(await readPath(sql, path));
        const found = `json_extract_string(${json}, ${place})`;
        const nested = `json_extract(${json}, ${place})`;
        const fitted = {
          object: `CASE WHEN json_type(${nested}) = 'OBJECT' THEN ${nested} END`,
          list: `CASE WHEN json_type(${nested}) = 'ARRAY' THEN CAST(${nested} AS JSON[]) END`,
        };
        const value = type === "object" || type === "list" ? fitted[type] : fitType(found, "text", type);
        return { name: name || path, type, sql: value, found };
      }),
    );
    const invalid: RowCheck = {
      unfit: `${column} IS NOT NULL AND ${json} IS NULL`,
      code: "row_json_invalid",
      data: { column: params.column },
    };
    const checks = values.map(({ name, type, sql: value, found }): RowCheck => ({
      unfit: `${found} IS NOT NULL AND (${value}) IS NULL`,
      code: "row_value_unfit",
      data: { column: name, type },
    }));
    await emitChecked({ emit, record: fail }, table, values, params.unfit === "fail" ? [invalid, ...checks] : []);
  },
};

/** `author.name` and `[0]` as DuckDB's `$.author.name` and `$[0]`. Throws `json_path_invalid`. */
async function readPath(sql: SqlSession, path: string): Promise<string> {
  const full = /^[$/]/.test(path) ? path : path.startsWith("[") ? `$${path}` : `$.${path}`;
  try {
    const [row] = await sql.query(`SELECT typeof(json_extract_string('{}', ${quoteLiteral(full)})) AS type`);
    if (row?.["type"] === "VARCHAR") return full;
  } catch (error) {
    if (!isAppError(error) || error.code !== "internal") throw error;
    throw new AppError("json_path_invalid", { path }, { cause: error });
  }
  // A path with a star finds a list of values.
  throw new AppError("json_path_invalid", { path });
}
