import { AppError } from "@/lib/core/app-error";
import { cellText, replyColumns, toMessages, withLabel } from "../../_sdk/prompting";
import { parseScore } from "../../_sdk/replies/parse-score";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

const SHOWN = 500;

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column }) => [column],
  newColumns: (params) => [...replyColumns(params), { name: params.scoreColumn, type: "number" }],
  arrange: ({ sort, threshold, scoreColumn }) =>
    sort === "none" && threshold === null
      ? null
      : {
          sort: sort === "none" ? null : { column: scoreColumn, descending: sort === "descending" },
          atLeast: threshold === null ? null : { column: scoreColumn, value: threshold },
        },
  model: ({ model }) => model,
  sampling: toSampling,
  async processRow(row, context) {
    const { params } = context;
    const prompt = withLabel(params.inputLabel, cellText(row, params.column)) + params.separator + withLabel(params.instructionLabel, params.instruction);
    const { text, record } = await context.complete(toMessages(params.systemPrompt, prompt), 0);
    const score = parseScore(text);
    if (score === null && params.unparsed !== "keep") {
      const data = { wanted: "number", reply: text.trim().slice(0, SHOWN) };
      if (params.unparsed === "fail") throw new AppError("reply_unparseable", data);
      return { rejected: { code: "reply_unparseable", data }, call: record };
    }
    return { rows: [{ values: { [params.promptColumn]: prompt, [params.replyColumn]: text.trim(), [params.scoreColumn]: score }, call: record }] };
  },
};
