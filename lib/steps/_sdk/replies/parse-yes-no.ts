import { anyOf, EDGE_AFTER, EDGE_BEFORE, findWords, fold, outermost, type FoundWord } from "./find-words";
import { findJson } from "./parse-json-reply";
import { plainReply, saidReply } from "./plain-reply";

export interface YesNoWords {
  yes: readonly string[];
  no: readonly string[];
}

interface Said extends FoundWord {
  yes: boolean;
}

/** What comes before an answer: “Answer: no”, “so I would say no”. */
const LABELS = anyOf(["final answer", "answer", "verdict", "decision", "response", "result", "conclusion", "label", "output", "judgement", "judgment", "kết luận", "câu trả lời", "trả lời", "đáp án", "kết quả", "đánh giá"]);
const SAYING = anyOf(["say", "says", "said", "answer", "is", "be", "so", "thus", "therefore", "hence", "with", "then", "it's", "it's a", "a", "clearly", "definitely", "a clear", "probably", "là", "nên", "vậy", "nói", "thì", "đáp", "chọn", "=", "->", "→"]);
const isLabelled = new RegExp(`(?:${EDGE_BEFORE}(?:${LABELS})(?:\\s+(?:is|was|would be|là|của tôi là))?\\s*[:=→>-]+|${EDGE_BEFORE}(?:${LABELS})\\s+(?:is|was|would be|là))\\s*(?:an?\\s+)?["'(\\[]*\\s*$`, "u");
const isSaid = new RegExp(`${EDGE_BEFORE}(?:${SAYING})\\s*[:,]?\\s*["'(]*\\s*$`, "u");
/** An answer that is only spoken of: “a yes would need a source”, “not a clear yes”. */
const isMentioned = new RegExp(`${EDGE_BEFORE}(?:an?|the|any|every|each|một|neither|nor|not|n't|isn't|than|of)\\s+(?:clear|firm|definite|simple|plain|strong)?\\s*["']?$`, "u");

function blankOptions(text: string, { yes, no }: YesNoWords): string {
  const [one, other] = [anyOf(yes), anyOf(no)];
  const pair = (a: string, b: string): RegExp => new RegExp(`${EDGE_BEFORE}["']?(?:${a})["']?\\s*(?:/|or|hay|hoặc|\\|)\\s*["']?(?:${b})["']?${EDGE_AFTER}`, "gu");
  return [pair(one, other), pair(other, one)].reduce((blanked, pattern) => blanked.replace(pattern, (match) => " ".repeat(match.length)), text);
}

/** Whether a word is the answer where it stands, rather than a part of a sentence about something. */
function isStatement(text: string, { at, end }: Said): boolean {
  const before = text.slice(Math.max(0, at - 80), at);
  const after = text.slice(end, end + 20);
  const ends = /^["')\]]*\s*(?:$|[.,;:!\n?]|-\s|\(|(?:because|since|as|from me|here|vì|do|bởi)(?!\p{L}))/u.test(after);
  if (isLabelled.test(before)) return true;
  if (/(?:^|\n)[^\p{L}\p{N}\n]*$/u.test(before)) return ends;
  if (isMentioned.test(before) && !/^\s*from me(?!\p{L})/u.test(after)) return false;
  return ends && (isSaid.test(before) || /[.!?;,]\s*["']?$/u.test(before));
}

/** In English “no” before a noun denies that, and answers nothing. */
const isDeterminer = (text: string, { word, end }: Said): boolean => fold(word) === "no" && /^\s+\p{L}/u.test(text.slice(end));

/** What the only text, or boolean, of the last JSON object in a reply says; undefined where there is none. */
function readJsonAnswer(said: string, words: YesNoWords): boolean | null | undefined {
  const value = findJson(said).at(-1)?.value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const answers = Object.values(value).flatMap((member: unknown) => {
    if (typeof member === "boolean") return [member];
    if (typeof member !== "string") return [];
    const found = outermost(mark(member, words));
    return found.length === 1 && found[0]?.at === 0 && found[0].end === fold(member).length ? [found[0].yes] : [];
  });
  return new Set(answers).size === 1 ? answers[0] : answers.length > 1 ? null : undefined;
}

function mark(text: string, { yes, no }: YesNoWords): Said[] {
  return [...findWords(text, yes).map((word) => ({ ...word, yes: true })), ...findWords(text, no).map((word) => ({ ...word, yes: false }))].sort((a, b) => a.at - b.at);
}

/**
 * Whether a reply says yes, as a person reads it: by its last statement (a line of its own, behind “Answer:”, “I would say”),
 * not by a word that the options or the reasons have. Null where neither is said, and where both are and none is the answer.
 */
export function parseYesNo(reply: string, words: YesNoWords): boolean | null {
  const said = saidReply(reply);
  const json = readJsonAnswer(said, words);
  if (json !== undefined) return json;
  const text = blankOptions(fold(plainReply(said)), words).trim();
  const found = outermost(mark(text, words));
  const statement = found.filter((one) => isStatement(text, one)).at(-1);
  if (statement) return statement.yes;
  const meant = found.filter((one) => !isDeterminer(text, one));
  const isDenied = meant.some(({ at, yes }) => yes && isMentioned.test(text.slice(Math.max(0, at - 30), at)));
  const answers = new Set(meant.map(({ yes }) => yes));
  return answers.size === 1 && !isDenied ? (meant[0]?.yes ?? null) : null;
}

/** DataDreamer's FilterWithPrompt: a “yes” that stands by itself decides, wherever it is; else a “no”. */
export function findAnyYes(reply: string, words: YesNoWords): boolean | null {
  if (findWords(reply, words.yes).length > 0) return true;
  return findWords(reply, words.no).length > 0 ? false : null;
}
