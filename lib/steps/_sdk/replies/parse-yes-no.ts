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
/** Before an answer, in its part of a sentence, these deny it or leave it open: “I can't say yes”, “almost yes”. */
const isDoubted = new RegExp(`(?:${EDGE_BEFORE}(?:${anyOf(["not", "cannot", "never", "nobody", "no one", "neither", "hardly", "barely", "almost", "nearly", "partly", "partially", "maybe", "perhaps", "possibly", "doubt", "unsure", "whether", "chưa", "không", "chẳng", "chưa chắc", "gần như", "gần", "có thể", "có lẽ", "liệu"])})|n't)${EDGE_AFTER}`, "u");
/** A condition reaches over commas: “if the date is right, yes”. */
const isSupposed = new RegExp(`${EDGE_BEFORE}(?:if(?!\\s+(?:i|we)\\s+(?:had|have|must)|\\s+(?:you\\s+ask|asked))|unless|nếu(?!\\s+phải))${EDGE_AFTER}`, "u");
/** Behind an answer these leave it open: “yes if it had sources”, “có thể”, “đúng một phần”. */
const isLeftOpen = new RegExp(`^["')\\]]*\\s*(?:\\?|(?:,?\\s*(?:maybe|perhaps|possibly|có lẽ|có thể)|(?:only\\s+)?(?:if|when)|would|could|thể|lẽ|khi|một phần|phần nào|một nửa|nếu|in part|in some|to some)${EDGE_AFTER})`, "u");
/** Vietnamese denies with its own “no”, which answers nothing before another word: “không rõ”. It does before these. */
const MAY_FOLLOW = anyOf(["phải", "ạ", "nhé", "nha", "đâu", "vì", "do", "bởi", "bởi vì", "tại", "hề"]);
const REVISING = anyOf(["actually", "wait", "rather", "sorry", "correction", "i mean", "make that", "no", "thực ra", "à", "nhầm", "xin lỗi", "đúng hơn", "nghĩ lại"]);
const isRevised = new RegExp(`${EDGE_BEFORE}(?:${REVISING})\\s*[:,.-]*\\s*["']?$`, "u");
const isJoined = new RegExp(`${EDGE_BEFORE}(?:but|and|yet|nhưng|và)\\s+(?:also\\s+)?["']?$`, "u");
/** A line of a list of answers: “1. yes”, “- no”, “A: yes”. */
const isItem = /(?:^|\n)[ \t]*(?:[-•]|\d+[.):]|\p{L}[.):])[^\n]*$/u;

function blankOptions(text: string, { yes, no }: YesNoWords): string {
  const [one, other] = [anyOf(yes), anyOf(no)];
  const pair = (a: string, b: string): RegExp => new RegExp(`${EDGE_BEFORE}["']?(?:${a})["']?\\s*(?:/|or|hay|hoặc|\\|)\\s*["']?(?:${b})["']?${EDGE_AFTER}`, "gu");
  return [pair(one, other), pair(other, one)].reduce((blanked, pattern) => blanked.replace(pattern, (match) => " ".repeat(match.length)), text);
}

/** The part of a sentence before a place, up to a turn in it. */
const partBefore = (text: string, at: number): string => text.slice(Math.max(0, at - 120), at).split(/[.!?;:\n]|\s-\s|(?<!\p{L})(?:so|but|thus|therefore|hence|nhưng|nên|vậy)(?!\p{L})/u).at(-1) ?? "";

/** Not the answer where it stands: it is denied, left open, or denies what follows it. */
function isUndecided(text: string, { at, end, word, yes }: Said): boolean {
  const after = text.slice(end, end + 30);
  const part = partBefore(text, at);
  if (isLeftOpen.test(after) || isSupposed.test(part) || isDoubted.test(part.split(",").at(-1) ?? "")) return true;
  return !yes && isDenial(word) && new RegExp(`^\\s+(?!(?:${MAY_FOLLOW})${EDGE_AFTER})\\p{L}`, "u").test(after);
}

/** Whether a word is the answer where it stands, rather than a part of a sentence about something. */
function isStatement(text: string, { at, end }: Said): boolean {
  const before = text.slice(Math.max(0, at - 80), at);
  const after = text.slice(end, end + 20);
  const ends = /^["')\]]*\s*(?:$|[.,;:!\n?]|-\s|\(|(?:because|since|as|from me|here|vì|do|bởi|vậy|rồi|ạ|chứ)(?!\p{L}))/u.test(after);
  if (isLabelled.test(before)) return true;
  if (/(?:^|\n)[^\p{L}\p{N}\n]*(?:\p{L}[.):]\s*)?$/u.test(before)) return ends;
  if (isMentioned.test(before) && !/^\s*from me(?!\p{L})/u.test(after)) return false;
  return ends && (isSaid.test(before) || isRevised.test(before) || isJoined.test(before) || /[.!?;,]\s*["']?$/u.test(before));
}

const isDenial = (word: string): boolean => ["không", "chưa", "chẳng"].includes(fold(word));
/** In English “no” before a noun denies that, and answers nothing. */
const isDeterminer = (text: string, { word, end }: Said): boolean => fold(word) === "no" && /^\s+\p{L}/u.test(text.slice(end));

/** “không đúng” and “chưa đúng” are one answer each: no. */
function joinDenials(text: string, found: readonly Said[]): Said[] {
  const joined = found.flatMap((one) => {
    const denial = /(?<![\p{L}\p{M}])(?:không|chưa|chẳng)(?:\s+(?:hề|phải|phải là))?\s+$/u.exec(text.slice(Math.max(0, one.at - 30), one.at));
    const isWhole = one.yes && denial && /^["')\]]*\s*(?:$|[.,;:!\n])/u.test(text.slice(one.end, one.end + 20));
    return isWhole ? [{ ...one, at: one.at - denial[0].length, yes: false }] : [];
  });
  return outermost([...found, ...joined]);
}

/** What the statements come to: the last one, unless it only adds the contrary (“yes, but no”), or is one of a list. */
function choose(text: string, { last, statements, decided }: { last: Said; statements: readonly Said[]; decided: readonly Said[] }): boolean | null {
  const before = text.slice(0, last.at);
  const isOther = (one: Said): boolean => one.yes !== last.yes && one.at < last.at;
  const other = decided.filter((one) => isOther(one) && !isDeterminer(text, one)).at(-1);
  if (other && isJoined.test(before) && !/[.!?\n]/.test(text.slice(other.end, last.at))) return null;
  const isListed = ({ at }: Said): boolean => isItem.test(text.slice(Math.max(0, at - 80), at));
  return isListed(last) && statements.filter(isOther).some(isListed) ? null : last.yes;
}

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
  const found = joinDenials(text, outermost(mark(text, words)));
  const decided = found.filter((one) => !isUndecided(text, one));
  const statements = decided.filter((one) => isStatement(text, one));
  const last = statements.at(-1);
  // “yes, no, maybe”
  if (last && found.some(({ at, end }) => at >= last.end && isLeftOpen.test(text.slice(end, end + 30)) && !/\p{L}/u.test(text.slice(last.end, at)))) return null;
  if (last) return choose(text, { last, statements, decided });
  // What is denied or left open is none, and says that the rest is not sure.
  if (found.some((one) => isUndecided(text, one))) return null;
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
