import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { emitChecked } from "../../_sdk/compute-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** From the first bracket of the kind to the last one, as models like to talk around their JSON. */
const outermost = { object: "(?s)\\{.*\\}", list: "(?s)\\[.*\\]" } as const;

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, fail }) {
    const column = quoteIdentifier(params.column);
    const text = params.loose ? `regexp_extract(${column}, '${outermost[params.shape]}')` : column;
    const parsed = `TRY_CAST(${text} AS JSON)`;
    // An object with a key twice is JSON to DuckDB and to nobody who reads what is exported.
    const json = `CASE WHEN json_type(${parsed}) = 'OBJECT' AND len(json_keys(${parsed})) > len(list_distinct(json_keys(${parsed}))) THEN NULL ELSE ${parsed} END`;
    const wanted = params.shape === "object" ? "OBJECT" : "ARRAY";
    const value = params.shape === "object" ? json : `CAST(${json} AS JSON[])`;
    const sql = `CASE WHEN json_type(${json}) = '${wanted}' THEN ${value} END`;
    await emitChecked(
      { emit, record: fail },
      input("input"),
      [{ name: params.name || params.column, sql }],
      params.unfit === "null"
        ? []
        : [
            {
              unfit: `${column} IS NOT NULL AND coalesce(json_type(${json}), '') <> '${wanted}'`,
              code: "row_json_invalid",
              data: { column: params.column },
            },
          ],
    );
  },
};
