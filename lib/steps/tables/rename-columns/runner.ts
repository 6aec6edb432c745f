import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run({ params, input, emit }) {
    const { view, columns } = input("input");
    const renamed = columns.map(
      ({ name }) =>
        `${quoteIdentifier(name)} AS ${quoteIdentifier(params.names[name] ?? name)}`,
    );
    await emit(
      "output",
      `SELECT ${[...renamed, "__row AS __in0"].join(", ")} FROM ${view}`,
    );
  },
};
