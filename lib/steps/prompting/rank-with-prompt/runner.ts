import { askAboutRow, prepareAsking, refuseReply, type PreparedAsking } from "../../_sdk/asking";
import { replyColumns } from "../../_sdk/prompting";
import { parseScore } from "../../_sdk/replies/parse-score";
import { toSampling } from "../../_sdk/sampling-params";
import type { PreparedRunner } from "../../_sdk/step-runner";
import type { definition } from "./definition";

interface Scale {
  least: number | null;
  most: number | null;
}

function isOnScale(score: number, { least, most }: Scale): boolean {
  return score >= (least ?? -Infinity) && score <= (most ?? Infinity);
}

/** The score in a reply; null where there is none, or none on the scale. */
function readScore(text: string, read: PreparedAsking["read"], scale: Scale): number | null {
  const found = read ? read(text) : text;
  const score = typeof found === "string" ? parseScore(found) : typeof found === "number" ? found : null;
  return score !== null && isOnScale(score, scale) ? score : null;
}

export const run: PreparedRunner<typeof definition, PreparedAsking> = {
  kind: "rows",
  prepare: prepareAsking,
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
    const { params, prepared } = context;
    const asked = await askAboutRow(row, context);
    const score = readScore(asked.text, prepared.read, params);
    if (score === null && params.unparsed !== "keep") return refuseReply(params.unparsed, describeScale(params), asked);
    return { rows: [{ values: { [params.promptColumn]: asked.prompt, [params.replyColumn]: asked.text.trim(), [params.scoreColumn]: score }, call: asked.call }] };
  },
};

function describeScale({ least, most }: Scale): string {
  if (least === null && most === null) return "number";
  return `number (${least === null ? "" : `≥ ${String(least)}`}${least !== null && most !== null ? ", " : ""}${most === null ? "" : `≤ ${String(most)}`})`;
}
