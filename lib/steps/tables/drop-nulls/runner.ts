import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { emitChecked, type RowCheck } from "../../_sdk/compute-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, reject }) {
    const table = input("input");
    const looked = table.columns.filter(({ name }) => params.columns.length === 0 || params.columns.includes(name));
    const rules = looked.map(({ name, type }): RowCheck => {
      const column = quoteIdentifier(name);
      const unfit = params.blank && type === "text" ? `coalesce(trim(${column}), '') = ''` : `${column} IS NULL`;
      return { unfit, code: "row_value_null", data: { column: name } };
    });
    const [first] = rules;
    const all = first && { ...first, unfit: rules.map(({ unfit }) => unfit).join(" AND ") };
    await emitChecked({ emit, record: reject }, table, [], params.when === "all" && all ? [all] : rules);
  },
};
