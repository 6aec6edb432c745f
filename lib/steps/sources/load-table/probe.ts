import type { StepProbe } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const probe: StepProbe<typeof definition> = async ({ table }, { storedTable }) => {
  const { columns, rows } = await storedTable(table);
  return { columns, rows };
};
