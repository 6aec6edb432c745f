import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, rowLimit, storedTable, emit }) {
    const { view } = await storedTable(params.table);
    await emit("output", `SELECT * EXCLUDE (${ROW}) FROM ${view} ORDER BY ${ROW} ${rowLimit === null ? "" : `LIMIT ${String(rowLimit)}`}`);
  },
};
