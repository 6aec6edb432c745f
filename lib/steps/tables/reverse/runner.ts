import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ input, emit }) {
    await emit(
      "output",
      `SELECT * EXCLUDE (${ROW}), ${ROW} AS ${IN0} FROM ${input("input").view} ORDER BY ${ROW} DESC`,
    );
  },
};
