import type { StepProbe } from "../../_sdk/step-runner";
import type { definition } from "./definition";
import { loadHubDataset } from "./load-hub-dataset";

/** The first file tells the columns; only a data set of one file tells its rows as well. */
export const probe: StepProbe<typeof definition> = async (params, context) => {
  const { columns, rows, isWhole } = await loadHubDataset(context, params, 1);
  return { columns, rows: isWhole ? rows : null };
};
