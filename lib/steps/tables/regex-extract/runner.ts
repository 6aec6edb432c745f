import { checkPattern } from "@/lib/tables/check-pattern";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { emitChecked } from "../../_sdk/compute-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, reject }) {
    await checkPattern(sql, params.pattern, params.group);
    const column = quoteIdentifier(params.column);
    const pattern = quoteLiteral(params.ignoreCase ? `(?i)${params.pattern}` : params.pattern);
    const matches = `regexp_matches(${column}, ${pattern})`;
    const extract = params.find === "all" ? "regexp_extract_all" : "regexp_extract";
    // Of no match, DuckDB makes an empty text or list.
    const found = `CASE WHEN ${matches} THEN ${extract}(${column}, ${pattern}, ${params.group}) END`;
    await emitChecked(
      { emit, record: reject },
      input("input"),
      [{ name: params.name || params.column, sql: found }],
      params.unmatched === "reject" ? [{ unfit: `${matches} IS NOT TRUE`, code: "row_not_matched", data: {} }] : [],
    );
  },
};
