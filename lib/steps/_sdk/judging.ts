import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { sha256Hex } from "@/lib/core/sha256";
import { toMessages } from "./prompting";
import { labelParam, separatorParam } from "./prompting-params";
import { parseVerdict, swapVerdict, toLabelName, type Verdict } from "./replies/parse-verdict";
import type { Column } from "./columns";
import type { RowContext, RowOutcome } from "./step-runner";

/** Parameters of both judging steps. */
export const judgingParams = {
  order: z.enum(["random", "as-given", "both"]).meta({ field: { kind: "select" } }),
  unparsed: z.enum(["reject", "fail", "tie"]).meta({ field: { kind: "select" } }),
  orderSeed: z.int().min(0).meta({ field: { kind: "integer" }, advanced: true, visibleWhen: { param: "order", is: ["random"] } }),
  aLabel: labelParam,
  bLabel: labelParam,
  instructionLabel: labelParam,
  separator: separatorParam,
};

export interface JudgingValues {
  systemPrompt: string;
  order: "random" | "as-given" | "both";
  unparsed: "reject" | "fail" | "tie";
  orderSeed: number;
  aLabel: string;
  bLabel: string;
}

export const judgementColumns: Column[] = [
  { name: "judge_prompts", type: "text" },
  { name: "judge_generations", type: "text" },
  { name: "judgements", type: "text" },
  { name: "order_shown", type: "text" },
  { name: "conflict", type: "boolean" },
];

const TIE = "tie";

interface Judged {
  verdict: Verdict | null;
  prompt: string;
  reply: string;
  call: Awaited<ReturnType<RowContext<unknown>["complete"]>>["record"];
}

/**
 * Judges a pair, shown in the order asked for. In both orders the verdicts must agree, else it is a tie with `conflict`
 * (PandaLM, section 4.1). Two equal texts are a tie without a call. `layOut` makes the prompt of the pair as shown.
 */
export async function judgePair(
  pair: { a: string; b: string },
  values: JudgingValues,
  layOut: (first: string, second: string) => string,
  context: Pick<RowContext<unknown>, "complete">,
): Promise<RowOutcome> {
  const labels = { a: toLabelName(values.aLabel), b: toLabelName(values.bLabel) };
  const ask = async (swapped: boolean): Promise<Judged> => {
    const prompt = swapped ? layOut(pair.b, pair.a) : layOut(pair.a, pair.b);
    const { text, record } = await context.complete(toMessages(values.systemPrompt, prompt), 0);
    const shown = parseVerdict(text, labels);
    return { verdict: swapped ? swapVerdict(shown) : shown, prompt, reply: text.trim(), call: record };
  };
  const toRow = (judged: Judged[], judgement: string, order: string, conflict: boolean | null): RowOutcome => ({
    rows: [
      {
        values: {
          judge_prompts: judged.map(({ prompt }) => prompt).join(BETWEEN) || null,
          judge_generations: judged.map(({ reply }) => reply).join(BETWEEN) || null,
          judgements: judgement,
          order_shown: order,
          conflict,
        },
        call: judged[0]?.call ?? null,
      },
    ],
  });
  if (pair.a === pair.b) return toRow([], TIE, "", null);
  const isSwapped = values.order === "random" && isOdd(sha256Hex(`${String(values.orderSeed)}\0${pair.a}\0${pair.b}`));
  const judged = values.order === "both" ? await Promise.all([ask(false), ask(true)]) : [await ask(isSwapped)];
  const order = values.order === "both" ? "ab, ba" : isSwapped ? "ba" : "ab";
  const unread = judged.find(({ verdict }) => verdict === null);
  if (unread) {
    if (values.unparsed === "tie") return toRow(judged, TIE, order, null);
    const data = { wanted: `${labels.a} / ${labels.b}`, reply: unread.reply.slice(0, 500) };
    if (values.unparsed === "fail") throw new AppError("reply_unparseable", data);
    return { rejected: { code: "reply_unparseable", data }, call: unread.call };
  }
  const [first, second] = judged;
  const conflict = second ? first?.verdict !== second.verdict : null;
  const verdict = first?.verdict ?? "a";
  return toRow(judged, conflict ? TIE : labels[verdict], order, conflict);
}

/** By the pair alone, so that the choice is the same on every machine, for every order of rows and after every resume. */
function isOdd(hex: string): boolean {
  return Number.parseInt(hex.slice(-1), 16) % 2 === 1;
}

/** Between the two prompts, and the two replies, of a pair that was judged in both orders. */
const BETWEEN = "\n\n---\n\n";
