import { AppError } from "@/lib/core/app-error";
import type { LabelScores } from "@/lib/llm/providers/protocol";
import { cellText } from "../../_sdk/prompting";
import type { StepRunner } from "../../_sdk/step-runner";
import { addedColumns } from "./added-columns";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ promptColumn, chosenColumn, rejectedColumn }) => [...new Set([...(promptColumn === null ? [] : [promptColumn]), chosenColumn, rejectedColumn])],
  newColumns: () => addedColumns.map((column) => ({ ...column })),
  model: ({ model }) => model,
  sampling: () => ({ temperature: null, topP: null, maxTokens: null, stop: [], seed: null }),
  async processRow(row, { params, classify }) {
    const { promptColumn, chosenColumn, rejectedColumn, separator, truncate } = params;
    const before = promptColumn === null ? "" : cellText(row, promptColumn) + separator;
    const [chosen, rejected] = await Promise.all([chosenColumn, rejectedColumn].map(async (column) => readReward(await classify(before + cellText(row, column), { truncate }))));
    const margin = (chosen ?? 0) - (rejected ?? 0);
    return { rows: [{ values: { reward_chosen: chosen, reward_rejected: rejected, margin, right: margin > 0 ? 1 : margin < 0 ? 0 : 0.5 }, call: null }] };
  },
};

/** The one score of a reward model. Throws `reward_model_unfit` for a classifier of several labels. */
function readReward(scores: LabelScores): number {
  const [reward, ...others] = Object.values(scores);
  if (reward === undefined || others.length > 0) throw new AppError("reward_model_unfit", { labels: Object.keys(scores).join(", ") });
  return reward;
}
