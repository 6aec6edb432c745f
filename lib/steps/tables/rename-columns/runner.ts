import { valueNamed } from "@/lib/core/named-values";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { IN0, ROW } from "@/lib/steps/_sdk/own-columns";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    const { view, columns } = input("input");
    const renamed = columns.map(
      ({ name }) =>
        `${quoteIdentifier(name)} AS ${quoteIdentifier(valueNamed(params.names, name) ?? name)}`,
    );
    await emit(
      "output",
      `SELECT ${[...renamed, `${ROW} AS ${IN0}`].join(", ")} FROM ${view}`,
    );
  },
};
