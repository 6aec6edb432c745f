import { sameText } from "@/lib/tables/same-text";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit, reject }) {
    const { view } = input("input");
    await emit(
      "output",
      `SELECT * EXCLUDE (__row), __row AS __in0 FROM ${view} WHERE __row >= ?`,
      [params.count],
    );
    await reject(
      `SELECT __row AS __in0, ${sameText("row_not_taken")} AS code, ${sameText("{}")} AS data FROM ${view} WHERE __row < ?`,
      [params.count],
    );
  },
};
