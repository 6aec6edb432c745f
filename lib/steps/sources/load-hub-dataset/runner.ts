import { emitSourceTable } from "@/lib/tables/files/load-source-file";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { loadHubDataset } from "./load-hub-dataset";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    await emitSourceTable(
      context,
      await loadHubDataset(context, context.params, context.rowLimit),
    );
  },
};
