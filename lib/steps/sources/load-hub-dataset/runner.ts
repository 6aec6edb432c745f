import { emitSourceTable } from "@/lib/tables/files/load-source-file";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { loadHubDataset } from "./load-hub-dataset";

export const run: StepRunner<typeof definition> = {
  kind: "table",
  async run(context) {
    const loaded = await loadHubDataset(context, context.params, context.rowLimit);
    // A branch moves: only the commit says which rows these are. Cards name it.
    context.note([{ code: "hub_commit", data: { id: context.params.dataset, commit: loaded.commit }, param: "revision" }]);
    await emitSourceTable(context, loaded);
  },
};
