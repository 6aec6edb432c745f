import { sha256Hex } from "@/lib/core/sha256";
import { refuseReply, type PreparedAsking } from "./asking";
import type { JudgingValues } from "./judging-params";
import { layOut } from "./layout";
import { toMessages, withLabel } from "./prompting";
import { isOneOf } from "./replies/find-words";
import { parseVerdict, swapVerdict, toLabelName, type Verdict, type VerdictLabels } from "./replies/parse-verdict";
import type { RowContext, RowOutcome } from "./step-runner";

const TIE = "tie";

interface Judged {
  verdict: Verdict | null;
  prompt: string;
  reply: string;
  /** Null where nothing was said: the labels were only weighed. */
  call: Awaited<ReturnType<RowContext<unknown>["complete"]>>["record"] | null;
}

/** What is judged: the pair, and what both answer where that is shown. */
export interface JudgedPair {
  a: string;
  b: string;
  prompt?: { label: string; text: string };
}

/** DataDreamer's layout of a pair as shown: what both answer, both of them and the instruction, a blank line between. */
function layOutPair(shown: JudgedPair, values: JudgingValues, layout: PreparedAsking["layout"]): string {
  const { a, b, prompt } = shown;
  const { instruction, aLabel, bLabel, instructionLabel, separator } = values;
  const named = { a, b, instruction, a_label: aLabel, b_label: bLabel, instruction_label: instructionLabel, separator };
  return layOut(layout, prompt ? { ...named, prompt: prompt.text, prompt_label: prompt.label } : named, () =>
    [...(prompt ? [withLabel(prompt.label, prompt.text)] : []), withLabel(aLabel, a), withLabel(bLabel, b), withLabel(instructionLabel, instruction)].join(separator + separator),
  );
}

/** The verdict that a reply gives about the pair as shown; null where it gives none. */
function readVerdict(reply: string, values: JudgingValues, labels: VerdictLabels, read: PreparedAsking["read"]): Verdict | null {
  if (!read) return parseVerdict(reply, labels);
  const found = read(reply);
  if (found === null) return null;
  const means = (answers: readonly string[], otherwise: readonly string[]) => isOneOf(String(found), answers.length > 0 ? answers : otherwise);
  if (means(values.aAnswers, [labels.a])) return "a";
  if (means(values.bAnswers, [labels.b])) return "b";
  return means(values.tieAnswers, [TIE]) ? TIE : null;
}

/**
 * Judges a pair, shown in the order asked for. In both orders the verdicts must agree, else it is a tie with `conflict`
 * (PandaLM, section 4.1). Two equal texts are a tie without a call.
 */
export async function judgePair(pair: JudgedPair, context: RowContext<JudgingValues, PreparedAsking>): Promise<RowOutcome> {
  const { params: values, prepared, complete } = context;
  const labels = { a: toLabelName(values.aLabel), b: toLabelName(values.bLabel) };
  const ask = async (swapped: boolean): Promise<Judged> => {
    const prompt = layOutPair(swapped ? { ...pair, a: pair.b, b: pair.a } : pair, values, prepared.layout);
    if (values.decide === "likelihood") return weighLabels(prompt, labels, { swapped, context });
    const { text, record } = await complete(toMessages(values.systemPrompt, prompt), 0);
    const shown = readVerdict(text, values, labels, prepared.read);
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
  if (unread) return values.unparsed === "tie" ? toRow(judged, TIE, order, null) : refuseReply(values.unparsed, `${labels.a} / ${labels.b}`, { text: unread.reply, call: unread.call });
  const [first, second] = judged;
  const conflict = second ? first?.verdict !== second.verdict : null;
  const verdict = first?.verdict ?? TIE;
  return toRow(judged, conflict || verdict === TIE ? TIE : labels[verdict], order, conflict);
}

/**
 * The likelier of the two labels as the answer to a prompt, each token by itself counting alike: a verdict from models that
 * are too small to say one. Equal ones are a tie.
 */
async function weighLabels(prompt: string, labels: VerdictLabels, { swapped, context }: { swapped: boolean; context: RowContext<JudgingValues, PreparedAsking> }): Promise<Judged> {
  const weigh = async (label: string): Promise<number> => {
    const { tokens, logLikelihood } = await context.likelihood(prompt, context.params.separator + label, { truncate: false });
    return logLikelihood / Math.max(1, tokens);
  };
  const [a, b] = await Promise.all([weigh(labels.a), weigh(labels.b)]);
  const shown: Verdict = a > b ? "a" : b > a ? "b" : TIE;
  const reply = `${labels.a}: ${a.toFixed(4)}, ${labels.b}: ${b.toFixed(4)}`;
  return { verdict: swapped ? swapVerdict(shown) : shown, prompt, reply, call: null };
}

/** By the pair alone, so that the choice is the same on every machine, for every order of rows and after every resume. */
function isOdd(hex: string): boolean {
  return Number.parseInt(hex.slice(-1), 16) % 2 === 1;
}

/** Between the two prompts, and the two replies, of a pair that was judged in both orders. */
const BETWEEN = "\n\n---\n\n";
