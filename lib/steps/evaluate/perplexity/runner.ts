import { cellText } from "../../_sdk/prompting";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column, promptColumn }) => [...new Set([column, ...(promptColumn === null ? [] : [promptColumn])])],
  newColumns: ({ perplexityColumn, likelihoodColumn, tokensColumn }) => [
    { name: perplexityColumn, type: "number" },
    { name: likelihoodColumn, type: "number" },
    { name: tokensColumn, type: "integer" },
  ],
  model: ({ model }) => model,
  sampling: () => ({ temperature: null, topP: null, maxTokens: null, stop: [], seed: null }),
  async processRow(row, { params, likelihood }) {
    const { column, promptColumn, truncate, perplexityColumn, likelihoodColumn, tokensColumn } = params;
    const text = cellText(row, column);
    if (text === "") return { rejected: { code: "row_unlabelled", data: { column } }, call: null };
    const { tokens, logLikelihood } = await likelihood(promptColumn === null ? "" : cellText(row, promptColumn), text, { truncate });
    const values = { [perplexityColumn]: tokens === 0 ? null : Math.exp(-logLikelihood / tokens), [likelihoodColumn]: logLikelihood, [tokensColumn]: tokens };
    return { rows: [{ values, call: null }] };
  },
};
