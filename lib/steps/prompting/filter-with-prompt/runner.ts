import { askAboutRow, prepareAsking, refuseReply, SHOWN, type PreparedAsking } from "../../_sdk/asking";
import { isOneOf } from "../../_sdk/replies/find-words";
import { findAnyYes, parseYesNo, type YesNoWords } from "../../_sdk/replies/parse-yes-no";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

/** What stands in the place is the whole answer, not a word within it. Null where it is neither. */
function toAnswer(found: string | number | boolean | null, { yes, no }: YesNoWords): boolean | null {
  if (found === null || typeof found === "boolean") return found;
  if (isOneOf(String(found), yes)) return true;
  return isOneOf(String(found), no) ? false : null;
}

export const run: PreparedRunner<typeof definition, PreparedAsking> = {
  kind: "rows",
  prepare: prepareAsking,
  readColumns: ({ column }) => [column],
  newColumns: () => [],
  model: ({ model }) => model,
  sampling: toSampling,
  async processRow(row, context) {
    const { params, prepared } = context;
    const asked = await askAboutRow(row, context);
    const readAnswer = params.decides === "any-yes" ? findAnyYes : parseYesNo;
    const answer = prepared.read ? toAnswer(prepared.read(asked.text), params) : readAnswer(asked.text, params);
    if (answer === false) return { rejected: { code: "answer_no", data: { reply: asked.text.trim().slice(0, SHOWN) } }, call: asked.call };
    if (answer === null && params.unparsed !== "keep") return refuseReply(params.unparsed, [...params.yes, ...params.no].join(" / "), asked);
    return { rows: [{ values: {}, call: asked.call }] };
  },
};
