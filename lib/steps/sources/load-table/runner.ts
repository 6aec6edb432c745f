import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, rowLimit, storedTable, emit }) {
    const { view } = await storedTable(params.table);
    await emit("output", `SELECT * EXCLUDE (__row) FROM ${view} ORDER BY __row ${rowLimit === null ? "" : `LIMIT ${String(rowLimit)}`}`);
  },
};
