import { AppError } from "@/lib/core/app-error";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { explainDifference } from "./merge-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, inputs, emit }) {
    const tables = inputs("inputs");
    const detail =
      params.match === "same"
        ? explainDifference(tables.map(({ columns }) => columns))
        : null;
    if (detail !== null) throw new AppError("columns_differ", { detail });
    const parts = tables.map(
      ({ view }, index) =>
        `SELECT * EXCLUDE (__row), __row AS __in${index} FROM ${view}`,
    );
    await emit("output", parts.join(" UNION ALL BY NAME "));
  },
};
