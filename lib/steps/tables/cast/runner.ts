import { fitType } from "@/lib/tables/fit-type";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import { typeOfColumn } from "../../_sdk/check-helpers";
import { emitChecked, type RowCheck } from "../../_sdk/compute-columns";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, fail }) {
    const table = input("input");
    const computed = params.casts.map(({ column, type }) => ({
      name: column,
      type,
      sql: fitType(quoteIdentifier(column), typeOfColumn(table.columns, column), type),
    }));
    const checks = computed.map(({ name, type, sql }): RowCheck => ({
      unfit: `${quoteIdentifier(name)} IS NOT NULL AND (${sql}) IS NULL`,
      code: "row_value_unfit",
      data: { column: name, type },
    }));
    await emitChecked({ emit, record: fail }, table, computed, params.unfit === "fail" ? checks : []);
  },
};
