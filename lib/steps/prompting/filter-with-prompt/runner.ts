import { AppError } from "@/lib/core/app-error";
import { cellText, toMessages, withLabel } from "../../_sdk/prompting";
import { parseYesNo } from "../../_sdk/replies/parse-yes-no";
import { toSampling } from "../../_sdk/sampling-params";
import type { StepRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

const SHOWN = 500;

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ column }) => [column],
  newColumns: () => [],
  model: ({ model }) => model,
  sampling: toSampling,
  async processRow(row, context) {
    const { params } = context;
    const prompt = withLabel(params.inputLabel, cellText(row, params.column)) + params.separator + withLabel(params.instructionLabel, params.instruction);
    const { text, record } = await context.complete(toMessages(params.systemPrompt, prompt), 0);
    const answer = parseYesNo(text, params);
    const reply = text.trim().slice(0, SHOWN);
    if (answer === false) return { rejected: { code: "answer_no", data: { reply } }, call: record };
    if (answer === null && params.unparsed !== "keep") {
      const data = { wanted: [...params.yes, ...params.no].join(" / "), reply };
      if (params.unparsed === "fail") throw new AppError("reply_unparseable", data);
      return { rejected: { code: "reply_unparseable", data }, call: record };
    }
    return { rows: [{ values: {}, call: record }] };
  },
};
