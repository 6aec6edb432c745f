import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ input, emit }) {
    await emit(
      "output",
      `SELECT * EXCLUDE (__row), __row AS __in0 FROM ${input("input").view} ORDER BY __row DESC`,
    );
  },
};
