import { anyOf, EDGE_AFTER, EDGE_BEFORE, findWords, fold } from "./find-words";
import { findJson } from "./parse-json-reply";
import { plainReply, saidReply } from "./plain-reply";

/** Which of the two, as shown, is better. */
export type Verdict = "a" | "b" | "tie";

/** Names as shown to the judge, without the colon. */
export interface VerdictLabels {
  a: string;
  b: string;
}

/** As in “Label: ” or “Label”. */
export function toLabelName(label: string): string {
  return label.trim().replace(/\s*:$/, "");
}

const BETTER = ["better", "the best", "best", "stronger", "superior", "preferred", "preferable", "the winner", "winner", "favored", "favoured", "tốt hơn", "hay hơn", "đúng hơn", "chính xác hơn", "đầy đủ hơn", "vượt trội", "hữu ích hơn", "nhỉnh hơn"];
const WORSE = ["worse", "the worst", "weaker", "inferior", "kém hơn", "tệ hơn", "dở hơn", "less helpful", "less accurate", "less complete"];
const WINS = ["wins", "outperforms", "beats", "surpasses", "edges out", "prevails", "comes out ahead", "thắng", "vượt"];
const CHOOSING = ["prefer", "prefers", "choose", "pick", "select", "favor", "favour", "go with", "going with", "vote for", "lean towards", "lean toward", "chọn", "thích", "nghiêng về", "ưu tiên"];
const NAMING = ["final verdict", "verdict", "winner", "better response", "better input", "better answer", "better one", "best response", "better", "final answer", "answer", "choice", "preference", "preferred", "judgement", "judgment", "decision", "result", "conclusion", "output", "kết luận", "trả lời", "câu trả lời", "đáp án", "tốt hơn", "lựa chọn", "kết quả", "thắng"];
const TIES = ["tie", "a draw", "tied", "equal", "equally good", "equally bad", "equally well", "equally helpful", "equivalent", "no clear winner", "no winner", "neither is better", "neither one is better", "on par", "hòa", "hoà", "ngang nhau", "như nhau", "bằng nhau", "tương đương"];
/** What is said of a text that is not the better one. */
const FAULTS = ["lacks", "lack", "worse", "wrong", "incorrect", "fails", "fail", "misses", "missing", "not", "n't", "but", "however", "although", "though", "error", "errors", "incomplete", "poor", "thiếu", "sai", "kém", "không", "chưa", "nhưng", "lỗi"];
const REVISING = ["overall", "in conclusion", "therefore", "thus", "finally", "on balance", "actually", "on reflection", "wait", "in summary", "nhìn chung", "tóm lại", "vì vậy", "do đó", "kết luận", "nghĩ lại"];

const DEGREES = String.raw`(?:clearly|slightly|much|far|significantly|marginally|somewhat|a bit|a little|the|a|by far|definitely|overall|also|still|ultimately|more\s+\p{L}+(?:,?\s+and\s+)?|có phần|rõ ràng|thì)`;

interface Statement {
  verdict: Verdict;
  at: number;
  end: number;
  /** It names the verdict, rather than comparing. */
  isNamed: boolean;
  /** Of one side of the two only: “better in style”. */
  isPartial: boolean;
}

/** The last words of the labels, if these are all that they differ by: “A” and “B”. */
function shortNames({ a, b }: VerdictLabels): VerdictLabels | null {
  const [one, other] = [fold(a).split(/\s+/), fold(b).split(/\s+/)];
  const isSame = one.length === other.length && one.length > 1 && one.slice(0, -1).join(" ") === other.slice(0, -1).join(" ");
  return isSame ? { a: one.at(-1) ?? "", b: other.at(-1) ?? "" } : null;
}

const isIn = (words: readonly string[], text: string): boolean => new RegExp(`${EDGE_BEFORE}(?:${anyOf(words)})${EDGE_AFTER}`, "u").test(text);
const swap = (verdict: "a" | "b"): "a" | "b" => (verdict === "a" ? "b" : "a");

function findStatements(text: string, labels: VerdictLabels): Statement[] {
  const short = shortNames(labels);
  const found: Statement[] = [];
  const each = (pattern: string, take: (match: RegExpMatchArray) => Verdict | null, isNamed: boolean): void => {
    for (const match of text.matchAll(new RegExp(pattern, "gu"))) {
      const sentence = text.slice(text.slice(0, match.index).search(/[^.!?\n]*$/), match.index) + match[0];
      const verdict = /(?<!\p{L})(?:if|unless|nếu)(?!\p{L})/u.test(sentence) ? null : take(match);
      const end = match.index + match[0].length;
      const isPartial = !isNamed && /^\s*(?:in|at|on|regarding|về|ở)\s+(?!every|all|most|mọi|tất cả|general|both|overall|my)/u.test(text.slice(end));
      if (verdict !== null) found.push({ verdict, at: match.index, end, isNamed, isPartial });
    }
  };
  for (const verdict of ["a", "b"] as const) {
    const full = anyOf([labels[verdict]]);
    const either = short ? anyOf([labels[verdict], short[verdict]]) : full;
    const other = anyOf([labels[swap(verdict)]]);
    const closes = `(?![\\p{L}\\p{M}\\p{N}_]|\\s+(?:or|and|hay|và|hoặc|/)\\s)`;
    each(`\\[\\[\\s*(?:${either})\\s*\\]\\]`, () => verdict, true);
    each(`(?:^|\\n|[.!?]\\s)[^\\p{L}\\p{N}\\n]*(?:${either})[^\\p{L}\\p{N}\\n]*(?=\\n|$)`, () => verdict, true);
    each(`${EDGE_BEFORE}(?:${anyOf(NAMING)})(?:\\s+(?:is|was|là|would be)|\\s*[:=→>-]+)[^\\p{L}\\p{N}]*(?:the\\s+|is\\s+)?(?:${either})${closes}`, () => verdict, true);
    each(`${EDGE_BEFORE}(?:${anyOf(CHOOSING)})\\s+(?:[\\p{L}\\p{M}]+\\s+){0,2}?["'(]?(?:${full})${closes}`, (match) => (isIn(["not", "n't", "không", "neither"], text.slice(Math.max(0, match.index ?? 0) - 12, match.index)) ? null : verdict), true);
    const subject = `${EDGE_BEFORE}(?:${full})${EDGE_AFTER}["')*]*\\s+(?:(?:is|was|seems|appears|remains|would be|feels|looks|thì)\\s+)?(?:${DEGREES}\\s+)*`;
    each(`${subject}(?:${anyOf(BETTER)})${EDGE_AFTER}(?:\\s+(?:response|answer|input|one|choice))?`, () => verdict, false);
    each(`${subject}(?:more\\s+[\\p{L}]+|${anyOf(WINS)})${EDGE_AFTER}(?:\\s+than)?(?:\\s+(?:${other}))?`, () => verdict, false);
    each(`${subject}(?:${anyOf(WORSE)})${EDGE_AFTER}`, () => swap(verdict), false);
  }
  if (short?.a === "a" && short.b === "b") each(String.raw`\[\[\s*c\s*\]\]`, () => "tie", true);
  each(`${EDGE_BEFORE}(?:${anyOf(TIES)})${EDGE_AFTER}`, (match) => (isIn(["not", "n't", "no", "không"], text.slice(Math.max(0, (match.index ?? 0) - 12), match.index)) ? null : "tie"), false);
  return found.sort((a, b) => a.at - b.at || a.end - b.end);
}

/** The only label in a text that says nothing against it; null where both are there, or none. */
function onlyLabel(text: string, labels: VerdictLabels): Verdict | null {
  const a = findWords(text, [labels.a]).length > 0;
  const b = findWords(text, [labels.b]).length > 0;
  return a === b || isIn(FAULTS, text) ? null : a ? "a" : "b";
}

function choose(text: string, statements: readonly Statement[]): Verdict | null {
  const whole = statements.filter(({ isPartial }) => !isPartial);
  const last = whole.at(-1);
  if (!last) return new Set(statements.map(({ verdict }) => verdict)).size === 1 ? (statements[0]?.verdict ?? null) : null;
  if (last.isNamed || whole.every(({ verdict }) => verdict === last.verdict)) return last.verdict;
  const named = whole.filter(({ isNamed }) => isNamed).at(-1);
  const before = text.slice(text.slice(0, last.at).search(/[^.!?\n]*$/), last.at);
  if (isIn(REVISING, before)) return last.verdict;
  return named?.verdict ?? null;
}

/** The verdict of the last JSON object in a reply; undefined where there is none. */
function readJsonVerdict(said: string, labels: VerdictLabels): Verdict | null | undefined {
  const value = findJson(said).at(-1)?.value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  for (const [name, member] of Object.entries(value).reverse()) {
    if (typeof member === "string" && isIn([...NAMING, "judge", "chosen", "preferred"], fold(name.replace(/[_-]/g, " ")))) return parseVerdict(member, labels);
  }
  return undefined;
}

/**
 * Which of two a judge's reply prefers, as a person reads it: by its last statement (“[[A]]”, “Winner: …”, “… is better than …”),
 * else the only label it names, else the only one in its last line. Null where that does not tell; DataDreamer tosses a coin
 * then, which hides it.
 */
export function parseVerdict(reply: string, labels: VerdictLabels): Verdict | null {
  const said = saidReply(reply);
  const boxed = [...said.matchAll(/\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g)].at(-1)?.[1];
  if (boxed !== undefined) return parseVerdict(boxed, labels);
  const json = readJsonVerdict(said, labels);
  if (json !== undefined) return json;
  const text = fold(plainReply(said)).trim();
  const statements = findStatements(text, labels);
  if (statements.length > 0) return choose(text, statements);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const last = lines.at(-1) ?? "";
  // A line of marks is one of two.
  return onlyLabel(text, labels) ?? (/\d/.test(last.replace(labels.a, "").replace(labels.b, "")) ? null : onlyLabel(last, labels));
}

/** The verdict about the originals, of a reply to the pair shown the other way round. */
export function swapVerdict(verdict: Verdict | null): Verdict | null {
  if (verdict === null || verdict === "tie") return verdict;
  return verdict === "a" ? "b" : "a";
}
