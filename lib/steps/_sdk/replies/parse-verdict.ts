import { findWords } from "./find-words";

/** Which of the two, as shown, is better. */
export type Verdict = "a" | "b" | "tie";

/** Names as shown to the judge, without the colon. */
export interface VerdictLabels {
  a: string;
  b: string;
}

/** The only label in a text; null where both are there, or none. */
function onlyLabel(text: string, labels: VerdictLabels): Verdict | null {
  const a = findWords(text, [labels.a]).length > 0;
  const b = findWords(text, [labels.b]).length > 0;
  return a === b ? null : a ? "a" : "b";
}

/** As in “Label: ” or “Label”. */
export function toLabelName(label: string): string {
  return label.trim().replace(/\s*:$/, "");
}

/**
 * Which of two a judge's reply prefers: the only label it names, else the only one in its last line, where a reply that
 * weighs both comes to its verdict. Null where that does not tell; DataDreamer tosses a coin then, which hides it.
 */
export function parseVerdict(reply: string, labels: VerdictLabels): Verdict | null {
  const lines = reply.split("\n").filter((line) => line.trim() !== "");
  return onlyLabel(reply, labels) ?? onlyLabel(lines.at(-1) ?? "", labels);
}

/** The verdict about the originals, of a reply to the pair shown the other way round. */
export function swapVerdict(verdict: Verdict | null): Verdict | null {
  if (verdict === null || verdict === "tie") return verdict;
  return verdict === "a" ? "b" : "a";
}
