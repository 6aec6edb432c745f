import { AppError } from "@/lib/core/app-error";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { ROW, parentColumn } from "@/lib/steps/_sdk/own-columns";

/** The other trials are not lost: each stands in the tables of its own. */
export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, sql, input, inputs, models, handOnModel, emitMany }) {
    const [row] = await sql.query(`SELECT trial FROM ${input("trials").view} WHERE best LIMIT 1`);
    const best = Number(row?.["trial"]);
    if (params.gives === "model") {
      const index = models("models").findIndex(({ place }) => place === best - 1);
      if (index < 0) throw new AppError("trial_none", { detail: `trial ${String(best)} is the best and has no model` });
      handOnModel("output", { port: "models", index });
      return;
    }
    const tables = inputs("outputs");
    const index = tables.findIndex(({ place }) => place === best - 1);
    const table = tables[index];
    if (!table) throw new AppError("trial_none", { detail: `trial ${String(best)} is the best and has no table here` });
    const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    // Lineage counts the connected tables over ports; the first is the table of trials.
    await emitMany("output", `SELECT ${columns}, ${ROW} AS ${parentColumn(index + 1)} FROM ${table.view}`);
  },
};
