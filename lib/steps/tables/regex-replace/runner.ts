import { checkPattern } from "@/lib/tables/check-pattern";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { quoteLiteral } from "@/lib/tables/quote-literal";
import { emitChecked } from "../../_sdk/compute-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, sql, emit, fail }) {
    await checkPattern(sql, params.pattern);
    const options = `${params.which === "all" ? "g" : ""}${params.ignoreCase ? "i" : ""}`;
    const values = [params.pattern, params.replacement, options].map(quoteLiteral).join(", ");
    const replaced = `regexp_replace(${quoteIdentifier(params.column)}, ${values})`;
    await emitChecked({ emit, record: fail }, input("input"), [{ name: params.name || params.column, sql: replaced }], []);
  },
};
