import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import { typedCellTypes } from "../../_sdk/typed-table";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, emit, rowLimit }) {
    const { columns, rows } = params.table;
    const cells = columns.map(
      ({ name, type }, index) =>
        `(cells->>${index})::${typedCellTypes[type]} AS ${quoteIdentifier(name)}`,
    );
    await emit(
      "output",
      `SELECT ${cells.join(", ")} FROM (SELECT unnest(CAST(?::JSON AS JSON[])) AS cells)`,
      [JSON.stringify(rows.slice(0, rowLimit ?? rows.length))],
    );
  },
};
