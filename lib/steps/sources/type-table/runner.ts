import { quoteIdentifier } from "@/lib/tables/quote-identifier";
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
  async run({ params, emit, rowLimit }) {
    const { columns, rows } = params.table;
    const cells = columns.map(
      ({ name, type }, index) =>
        `(cells->>${index})::${duckTypes[type]} AS ${quoteIdentifier(name)}`,
    );
    await emit(
      "output",
      `SELECT ${cells.join(", ")} FROM (SELECT unnest(CAST(?::JSON AS JSON[])) AS cells)`,
      [JSON.stringify(rows.slice(0, rowLimit ?? rows.length))],
    );
  },
};
