import { anyOf, EDGE_AFTER, EDGE_BEFORE, findWords, fold } from "./find-words";
import { findJson } from "./parse-json-reply";
import { plainReply, saidReply } from "./plain-reply";
import { BETTER, CHOOSING, DEGREES, DENYING, FAULTS, FLAWED, IMPRESSION, LINKING, NAMING, OTHERS, REVISING, SOUND, SUPPOSING, TIES, UNSURE, WINS, WORSE } from "./verdict-words";

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

interface Statement {
  /** Null where it leaves open which one: “I doubt that …”, “… could be better”. */
  verdict: Verdict | null;
  /** The label that it is about. */
  about: "a" | "b" | null;
  /** It takes back what was said of this label before. */
  isDenied: boolean;
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
/** Where a new thought begins, to which a denial or a condition before it does not reach. */
const CLAUSES = /[;:]|\s-\s|,?\s(?:so|but|therefore|thus|hence|however|nhưng|nên|vì vậy|do đó)(?!\p{L})/u;

const swap = (verdict: "a" | "b"): "a" | "b" => (verdict === "a" ? "b" : "a");

/** How the words around a place stand to it: it is told, left open, denied, or only how it looked at first. */
function stanceAt(text: string, at: number, end: number): "told" | "open" | "denied" | "past" {
  const before = text.slice(Math.max(0, at - 200), at);
  const sentence = before.slice(before.search(/[^.!?\n]*$/));
  const clause = (sentence.split(CLAUSES).at(-1) ?? "").replace(/(?:no|without a|beyond) doubt|not only|if (?:(?:i|we) (?:had|have|must)|forced|pressed|asked)(?!\p{L})|nếu phải/gu, " ");
  const after = /^[^.!?\n]*[.!?]?/u.exec(text.slice(end, end + 200))?.[0] ?? "";
  if (isIn(IMPRESSION, clause) || /^\s*at first(?!\p{L})/u.test(after)) return "past";
  const nearest = clause.split(",").at(-1) ?? "";
  if (isIn(DENYING, nearest)) return "denied";
  const isOpen = isIn(SUPPOSING, clause) || isIn(OTHERS, nearest) || after.endsWith("?") || new RegExp(`^\\s*(?:(?:only|but only)\\s+)?(?:${anyOf(SUPPOSING)}|with more|with better)${EDGE_AFTER}`, "u").test(after);
  return isOpen ? "open" : "told";
}

function findStatements(text: string, labels: VerdictLabels): Statement[] {
  const short = shortNames(labels);
  const found: Statement[] = [];
  const each = (pattern: string, verdict: Verdict | null, { isNamed, about, isAspect = false }: Pick<Statement, "isNamed" | "about"> & { isAspect?: boolean }): void => {
    for (const match of text.matchAll(new RegExp(pattern, "gu"))) {
      const end = match.index + match[0].length;
      const stance = match[0].trimEnd().endsWith("?") ? "open" : stanceAt(text, match.index, end);
      if (stance === "past") continue;
      const isPartial = isAspect || (!isNamed && /^\s*(?:in|at|on|regarding|về|ở)\s+(?!every|all|most|mọi|tất cả|general|both|overall|my)/u.test(text.slice(end)));
      found.push({ verdict: stance === "told" ? verdict : null, about, isDenied: stance === "denied", at: match.index, end, isNamed, isPartial });
    }
  };
  const all = short ? [labels.a, labels.b, short.a, short.b] : [labels.a, labels.b];
  for (const verdict of ["a", "b"] as const) {
    const full = anyOf([labels[verdict]]);
    const either = short ? anyOf([labels[verdict], short[verdict]]) : full;
    const other = anyOf([labels[swap(verdict)]]);
    const named = { isNamed: true, about: verdict };
    const compared = { isNamed: false, about: verdict };
    const aspect = { ...compared, isAspect: true };
    // What follows may say the contrary: “Verdict: Response A loses”.
    const closes = `(?![\\p{L}\\p{M}\\p{N}_]|\\s+(?:or|and|hay|và|hoặc|/)\\s|\\s+(?:(?:${anyOf(LINKING)})\\s+)?(?:(?:${DEGREES})\\s+)*(?:${anyOf([...DENYING, ...WORSE, ...FAULTS, "could", "would", "might", "may", "less"])}|more\\s+(?:${anyOf(FLAWED)}))${EDGE_AFTER}|n't)`;
    const alone = `["')*]*\\s*(?=[.,;!\\n]|$|(?:over|because|since|as|here|to|vì|hơn)${EDGE_AFTER})`;
    each(`\\[\\[\\s*(?:${either})\\s*\\]\\]`, verdict, named);
    each(`(?<=^|\\n|[.!?]\\s)[^\\p{L}\\p{N}\\n]*(?:${either})[^\\p{L}\\p{N}\\n]*(?=\\n|$)`, verdict, named);
    each(`${EDGE_BEFORE}(?:${anyOf(NAMING)})(?:\\s+(?:is|was|là|would be)|\\s*[:=→>-]+)[^\\p{L}\\p{N}]*(?:the\\s+|is\\s+)?(?:${either})${closes}`, verdict, named);
    each(`${EDGE_BEFORE}(?:${anyOf(CHOOSING)})\\s+(?:[\\p{L}\\p{M}]+\\s+){0,2}?["'(]?(?:${full})${closes}`, verdict, named);
    if (short) each(`${EDGE_BEFORE}(?:${anyOf(CHOOSING)})\\s+["'(]?(?:${either})${alone}`, verdict, named);
    each(`${EDGE_BEFORE}(?:so|therefore|thus|hence|nên|vậy|vì vậy|do đó),?\\s+(?:it's\\s+)?(?:${either})["')*]*\\s*(?=[.!\\n]|$)`, verdict, named);
    // “Response A is not better; Response B is.”
    each(`(?<=[,;.]\\s*(?:but\\s+|while\\s+)?)(?:${full})\\s+(?:is|does|was)\\s*(?=[.!\\n]|$)`, verdict, named);
    const name = `${EDGE_BEFORE}(?:${full})${EDGE_AFTER}["')*]*\\s+`;
    const subject = `${name}(?:(?:${anyOf(LINKING)}|would\\s+be(?=\\s+the\\s))\\s+)?(?:${DEGREES}\\s+)*`;
    const than = `(?:\\s+than\\s+(?:${other}))?`;
    // “more accurate, but less clear” weighs the two up.
    const weighs = `(?!,?\\s*(?:but|though|although|yet|nhưng)\\s+(?:[\\p{L}]+\\s+)?(?:more|less)${EDGE_AFTER})`;
    each(`${subject}(?:${anyOf(BETTER)})${EDGE_AFTER}(?:\\s+(?:response|answer|input|one|choice))?${than}`, verdict, compared);
    each(`${subject}(?:${anyOf(WINS)})${EDGE_AFTER}(?:\\s+(?:${other}))?`, verdict, compared);
    each(`${subject}(?:more\\s+(?:${anyOf(SOUND)})|less\\s+(?:${anyOf(FLAWED)}))${EDGE_AFTER}${than}${weighs}`, verdict, aspect);
    each(`${subject}(?:more\\s+(?:${anyOf(FLAWED)})|less\\s+(?:${anyOf(SOUND)}))${EDGE_AFTER}${than}${weighs}`, swap(verdict), aspect);
    each(`${subject}(?:${anyOf(WORSE)})${EDGE_AFTER}${than}`, swap(verdict), compared);
    each(`${subject}(?:more|less)\\s+\\p{L}`, null, compared);
    each(`${name}(?:${anyOf(LINKING)})?\\s*(?:${anyOf([...DENYING, ...UNSURE])})\\s+(?:[\\p{L}\\p{M}]+\\s+){0,3}?(?:${anyOf([...BETTER, "win"])})${EDGE_AFTER}`, null, compared);
  }
  if (short?.a === "a" && short.b === "b") each(String.raw`\[\[\s*c\s*\]\]`, "tie", { isNamed: true, about: null });
  each(`${EDGE_BEFORE}(?:${anyOf(TIES)})${EDGE_AFTER}`, "tie", { isNamed: false, about: null });
  each(`${EDGE_BEFORE}neither\\s+(?:${anyOf(all)})\\s+nor\\s+(?:${anyOf(all)})\\s+(?:(?:${anyOf(LINKING)})\\s+)?(?:${DEGREES}\\s+)*(?:${anyOf([...BETTER, ...WINS])})${EDGE_AFTER}`, "tie", { isNamed: false, about: null });
  return found.sort((a, b) => a.at - b.at || a.end - b.end);
}

/** The only label in a text that says nothing against it; null where both are there, or none. */
function onlyLabel(text: string, labels: VerdictLabels): Verdict | null {
  const a = findWords(text, [labels.a]).length > 0;
  const b = findWords(text, [labels.b]).length > 0;
  return a === b || isIn([...FAULTS, ...DENYING, ...SUPPOSING, ...OTHERS, ...UNSURE], text) || text.includes("?") ? null : a ? "a" : "b";
}

function chooseTold(text: string, statements: readonly Statement[]): Verdict | null {
  const whole = statements.filter(({ isPartial }) => !isPartial);
  const last = whole.at(-1);
  if (!last) return new Set(statements.map(({ verdict }) => verdict)).size === 1 ? (statements[0]?.verdict ?? null) : null;
  if (last.isNamed || whole.every(({ verdict }) => verdict === last.verdict)) return last.verdict;
  const named = whole.filter(({ isNamed }) => isNamed).at(-1);
  const before = text.slice(text.slice(0, last.at).search(/[^.!?\n]*$/), last.at);
  if (isIn(REVISING, before)) return last.verdict;
  return named?.verdict ?? null;
}

/** What the statements come to, unless a later one takes it back. */
function choose(text: string, statements: readonly Statement[]): Verdict | null {
  const told = statements.filter(({ verdict }) => verdict !== null);
  const verdict = chooseTold(text, told);
  const last = told.findLast((statement) => statement.verdict === verdict);
  return statements.some(({ isDenied, about, at }) => isDenied && about === verdict && at > (last?.end ?? 0)) ? null : verdict;
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
