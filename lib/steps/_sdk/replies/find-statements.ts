import { anyOf, EDGE_AFTER, EDGE_BEFORE } from "./find-words";
import { ANSWER_NOUNS, BOUNDS, CONNECTORS, CORRECTING, CORRECTIONS, COUNTED, EXAMS, FOREIGN, GIVING, NEUTRAL, NO_CRITERION, OVERALL, REVISING, SCORE_NOUNS, SCORE_NOUNS_WITHOUT_EDGES, SUPPOSED, UNABLE, WORKS } from "./score-words";

/** `corrected` takes the place of what was told before it; `overall` and `general` are about the whole; `criterion` about one side of it; `alone` fills its line; `given` is a verb's or a fraction. */
export type StatementKind = "corrected" | "overall" | "general" | "alone" | "given" | "criterion";

/** A place of a reply where a score is told. */
export interface Statement {
  kind: StatementKind;
  /** Null where it names two (“7 or 8”). */
  value: number | null;
  at: number;
  /** Its sentence takes an earlier one back, or sums up. */
  isRevising: boolean;
}

/** A sign only where it does not join two things: “-2”, but not the second of “8-9” nor the one of “GPT-4”. Always whole: no “8” of “8.5”. */
export const NUMBER = String.raw`(?<![\p{L}\p{N}.,_/])(?<![\p{L}\p{N}]-)(?:(?<![\p{L}\p{N}])(?<!\p{N}\s)-)?(?:\d+(?:[.,]\d+)*|\.\d+)(?!\p{N}|[.,]\p{N}|_|\p{L}(?<!(?:p|s|đ|x|分|点|점)))`;
/** Between a score and the end of its scale: “8 out of a possible 10”, “8 trên tổng số 10”. */
const SCALE = String.raw`(?:/|out of|over|of|trên(?: thang| tổng)?(?: số)?(?: điểm)?|phần|trong(?: số)?)\s*(?:an?\s+|the\s+)?(?:possible\s+|total\s+|maximum\s+)?(?:of\s+)?`;
const PLAIN = String.raw`-?\d+(?:[.,]\d+)*`;
const UNIT = String.raw`(?:points?|pts?|điểm|đ|stars?|sao|marks?|%|★|⭐|点|分|점)`;
const has = (words: readonly string[]): RegExp => new RegExp(`${EDGE_BEFORE}(?:${anyOf(words)})${EDGE_AFTER}`, "u");

const isOverall = has(OVERALL);
const isForeign = has(FOREIGN);
const isNeutral = new RegExp(`${EDGE_BEFORE}(?:${anyOf([...NEUTRAL, ...SCORE_NOUNS])})${EDGE_AFTER}`, "gu");
const isBound = has(BOUNDS);
const isSupposed = has(SUPPOSED);
const isUnable = has(UNABLE);
const isRevising = has(REVISING);
const isAnswer = new RegExp(`^(?:${anyOf([...ANSWER_NOUNS, ...SCORE_NOUNS])})$`, "u");
const isInterjection = new RegExp(`${EDGE_BEFORE}(?:${anyOf(["actually", "wait", "ok", "okay", "well", "let's", "let me", "please", "then", "so", "no", "sorry", "à", "ừm", "my", "a"])})${EDGE_AFTER}`, "gu");
/** “Score for Response A: 8” is of one of several. */
const isOfOne = new RegExp(`(?:${anyOf([...ANSWER_NOUNS, ...WORKS, "assistant", "model", "option", "candidate", "bài", "câu"])})\\s+(?:\\p{L}|\\p{N}+)$`, "u");
const isExam = new RegExp(`^\\s+(?:on|in)\\s+(?:the\\s+|an?\\s+)?(?:${anyOf(EXAMS)})${EDGE_AFTER}`, "u");
const isNoCriterion = has(NO_CRITERION);

/** Thousands as “1,000”; a single comma before other groups is a decimal one: “7,5”. No number for what has more: “1.2.3”. */
export function toNumber(text: string): number {
  if (/^-?\d{1,3}(\.\d{3})+,\d+$/.test(text)) return Number(text.replaceAll(".", "").replace(",", "."));
  if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return Number(text.replaceAll(",", ""));
  if (/^-?\d+,\d+$/.test(text)) return Number(text.replace(",", "."));
  return Number(text);
}

/** “8 or higher” is a bound. */
const isAtLeast = /^\s*(?:(?:,\s*)?(?:(?:or|and)\s+(?:higher|lower|above|below|under|over|up)|or\s+(?:more|less|fewer|better|worse)|(?:hoặc|hay)\s+(?:cao hơn|thấp hơn|hơn|nhiều hơn|ít hơn))|trở lên|trở xuống)(?!\p{L})/u;

interface Read {
  value: number | null;
  /** Behind the number, its fraction and its unit. */
  end: number;
  hasScale: boolean;
  hasUnit: boolean;
  /** What follows makes it no number of things. */
  isFree: boolean;
  isCounted: boolean;
}

/** The number at a place, with what belongs to it. */
function readAt(text: string, at: number, length: number): Read {
  let end = at + length;
  let value: number | null = toNumber(text.slice(at, end));
  const ahead = (): string => text.slice(end, end + 60);
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(ahead());
    if (match) end += match[0].length;
    return match;
  };
  let hasUnit = take(new RegExp(`^\\s*-?\\s*${UNIT}${EDGE_AFTER}`, "u")) !== null;
  const scale = take(new RegExp(`^\\s*["'\\])]?\\s*${SCALE}(\\d+(?:[.,]\\d+)?)(?!\\p{N}|\\p{L})`, "u"));
  if (!hasUnit) hasUnit = take(new RegExp(`^\\s*-?\\s*(?:(?:possible|available|total)\\s+)?${UNIT}${EDGE_AFTER}`, "u")) !== null;
  if (scale && value > toNumber(scale[1] ?? "")) value = null;
  // “7+” and “> 7” are bounds; “<8>” is a place filled in.
  if (/^\s*\+(?!\s*\d)/.test(ahead()) || (/(?<![-=>])[<>≥≤]=?\s*$/.test(text.slice(Math.max(0, at - 5), at)) && !/^\s*>/.test(ahead()))) value = null;
  const beside = new RegExp(`(?<!\\p{L})(?:(${PLAIN})\\s*(?:,\\s*)?(?:or|hoặc|hay|to|đến|tới|maybe|perhaps|and|và|-|~)(?:\\s+(?:even|maybe|perhaps|là|an?))?)\\s*$`, "u").exec(text.slice(Math.max(0, at - 40), at));
  if (beside?.[1] !== undefined && toNumber(beside[1]) !== value) value = null;
  const other = new RegExp(`^\\s*(?:(?:,\\s*)?(?:or|hoặc|hay|to|đến|tới|maybe|perhaps|possibly|có thể)(?:\\s+(?:even|maybe|perhaps|là|an?))?|-|~|and|và|,|;)\\s*(${PLAIN})(?:\\s*(?:/|out of|of|trên)\\s*\\d+)?(?:\\s*${UNIT}${EDGE_AFTER})?(?!\\s+\\p{L}|[:=])`, "u").exec(ahead());
  if (other?.[1] !== undefined && toNumber(other[1]) !== value) value = null;
  if (isAtLeast.test(ahead())) value = null;
  const next = /^\s*(?:["'\])}]\s*)*/u.exec(ahead())?.[0].length ?? 0;
  const word = /^[\p{L}\p{M}']+/u.exec(ahead().slice(next))?.[0] ?? "";
  const isNewLine = ahead().slice(0, next).includes("\n");
  const isFree = word === "" || isNewLine || CONNECTORS.includes(word);
  const isWork = scale !== null && WORKS.includes(word) && !/^\s*[\p{L}]+\s+(?:would|needs?|must|should|requires?|has to)(?!\p{L})/u.test(ahead());
  // “2 points:” begins a list of two.
  const opensList = hasUnit && !scale && /^\s*:/.test(ahead());
  return { value, end, hasScale: scale !== null, hasUnit, isFree: (isFree || isWork) && !opensList, isCounted: !isNewLine && COUNTED.includes(word) };
}

/** The sentence around a place. */
function sentenceAt(text: string, at: number, end: number): string {
  const before = text.slice(Math.max(0, at - 300), at);
  const after = text.slice(end, end + 200);
  return before.slice(before.search(/(?:[.!?](?=\s)|\n)(?![\s\S]*(?:[.!?](?=\s)|\n))/) + 1) + text.slice(at, end) + (/^[\s\S]*?(?=[.!?](?:\s|$)|\n|$)/.exec(after)?.[0] ?? "");
}

/** Of the sentence around a place, the side of a “but” that the place is on. */
function clauseOf(text: string, at: number, end: number): string {
  const sentence = sentenceAt(text, at, end);
  const place = sentence.indexOf(text.slice(at, end));
  const turns = [...sentence.matchAll(/(?<![\p{L}])(?:but|however|nhưng|tuy nhiên|còn)(?![\p{L}])/gu)].map(({ index }) => index);
  return sentence.slice(turns.filter((turn) => turn < place).at(-1) ?? 0, turns.find((turn) => turn > place) ?? sentence.length);
}

/** The words just before a place, within its clause. */
function clauseBefore(text: string, at: number): string {
  return (text.slice(Math.max(0, at - 80), at).split(/[\n.!?;,|•:()[\]"]|\s-\s|(?<![\p{L}])(?:and|but|và|nhưng)(?![\p{L}])/u).at(-1) ?? "").trim();
}

function namesCriterion(words: string): boolean {
  return words.replace(isNeutral, " ").replace(/[^\p{L}]+/gu, "") !== "";
}

const LABEL_EDGE = String.raw`(?<!(?:quan|thời|đặc|nhược|ưu|khuyết|trọng|luận|cao|địa|yếu|tâm|tiêu|kỳ|vài|những|các|nhiều|một số)\s)`;
const LABEL_END = String.raw`(?!\s+(?:mạnh|yếu|cộng|trừ|đến|nhấn|khác|giống|tốt|hay|nổi|hạn|cần|chưa|danh|sáng|đáng))`;
const labelled = new RegExp(
  `(?:${LABEL_EDGE}(?<![\\p{L}\\p{M}\\p{N}-])(?:${anyOf(SCORE_NOUNS)})(?![\\p{L}\\p{M}\\p{N}]|-\\p{L})${LABEL_END}|${SCORE_NOUNS_WITHOUT_EDGES.join("|")})(?<gap>(?:[^\\p{L}\\p{N}]{0,14}?|[^\\p{N}\\n.!?;|]{0,70}?))(?<number>${NUMBER})`,
  "dgu",
);
const LINKS = String.raw`(?:(?:is|of|was|be|as|at|are|là|được|ở mức|đạt|to|give|it|this)\s*[:=]?\s*(?:just\s+|only\s+|therefore\s+|thus\s+)?(?:an?\s+|about\s+|around\s+|approximately\s+|roughly\s+|khoảng\s+|tầm\s+)*(?:solid|strong|firm|clear|respectable|perfect|good|decent|generous|full|modest|fair|low|high|mere|weak)?|[:=→>|-])[^\p{L}\p{N}]*$`;
const linked = new RegExp(LINKS, "u");

const line = new RegExp(`(?:^|[\\n;|,/•.]|\\s-)[^\\p{L}\\p{N}\\n]*(?<name>\\p{L}[\\p{L}\\p{M}\\p{N} &'()_/-]{0,50}?)[^\\p{L}\\p{N}\\n]{0,4}[:=][^\\p{L}\\p{N}\\n]{0,8}(?<number>${NUMBER})`, "dgu");
const TO_NEW = String.raw`(?:(?:it's|it is|that's|is|to|là|thành|an?|còn)\s+)?(?<number>${NUMBER})(?=\s*(?:(?:/|out of|trên)\s*\d+)?\s*${UNIT}?["')\]]*\s*(?:[.,;!\n]|$|(?:because|since|as|for|vì|do)(?!\p{L})))`;
/** “Score: 7 (edit: 8)”, “Actually, make that 6.” */
const corrected = new RegExp(`${EDGE_BEFORE}(?:(?:${anyOf(CORRECTIONS)})\\s*(?:[:=]|is|là|to|thành)|(?:${anyOf(CORRECTING)})\\s*[:,]?)\\s*${TO_NEW}`, "dgu");
/** “Score: 7. No, 6.”: only right behind what it takes back. */
const contradicted = new RegExp(`${EDGE_BEFORE}(?:no|nope|sorry|wait|không|à không|xin lỗi)\\s*[,:]\\s*${TO_NEW}`, "dgu");
/** “8 overall”. */
const wholly = new RegExp(`(?<number>${NUMBER})(?=\\s*(?:(?:/|out of|trên)\\s*\\d+\\s*)?${UNIT}?\\s+(?:overall|in total)(?!\\p{L}|\\s+\\p{L}))`, "dgu");
const fraction = new RegExp(`(?<number>${NUMBER})(?=\\s*(?:["'\\])]\\s*)?${SCALE}\\d|\\s*-?${UNIT}${EDGE_AFTER})`, "dgu");
const given = new RegExp(`${EDGE_BEFORE}(?:${anyOf(GIVING)})${EDGE_AFTER}(?<gap>[^\\p{N}\\n.!?;:]{0,50}?)(?<number>${NUMBER})`, "dgu");
const fitting = new RegExp(`(?<number>${NUMBER})(?=\\s+(?:is|seems|feels|would be|sounds)\\s+(?:an?\\s+|the\\s+)?(?:fair|appropriate|reasonable|right|justified|suitable|correct|my|warranted|deserved)|\\s+(?:from me|for me|it is)(?!\\p{L}))`, "dgu");
const alone = new RegExp(`(?:^|\\n)[^\\p{L}\\p{N}\\n]*?(?<number>${NUMBER})(?=\\s*["'\\])}]*\\s*(?:(?:/|out of|trên)\\s*\\d+)?\\s*${UNIT}?[^\\p{L}\\p{N}\\n]*(?:\\n|$))`, "dgu");
const stars = /(?<stars>[★⭐](?:\ufe0f?\s?[★⭐])+(?:\ufe0f)?|[★⭐](?=\ufe0f?\s?☆))(?<half>\s?(?:½|\.5|⯨))?/gu;

interface Found extends Statement {
  end: number;
}

/** All places of folded text where a score is told, in order; `others` are numbers that stand for nothing that is known. */
export function findStatements(text: string): { statements: Statement[]; hasForeign: boolean; others: number } {
  const found = new Map<number, Found>();
  /** Places of numbers that belong to another thing. */
  const taken = new Set<number>();

  const add = (at: number, length: number, kind: StatementKind, isSure: (read: Read) => boolean): void => {
    if (taken.has(at) || [...found.values()].some((other) => other.at <= at && at < other.end)) return;
    const read = readAt(text, at, length);
    if (!isSure(read)) return;
    const sentence = sentenceAt(text, at, read.end);
    const before = sentence.slice(0, sentence.indexOf(text.slice(at, read.end)));
    const isWhole = kind === "given" && isOverall.test(before) && !/\d/.test(before);
    found.set(at, { kind: isWhole ? "overall" : kind, value: read.value, at, end: read.end, isRevising: isRevising.test(sentence) });
  };
  const isMeant = (at: number, length: number): boolean => {
    const sentence = clauseOf(text, at, at + length).replace(/(?:^|\s)if (?:i|we) (?:had|have|were|must)\b/u, " ");
    return !isSupposed.test(sentence) && !isUnable.test(sentence);
  };
  const each = (pattern: RegExp, use: (groups: Record<string, string>, at: number, length: number, start: number) => void): void => {
    for (const match of text.matchAll(pattern)) {
      const [at, end] = match.indices?.groups?.["number"] ?? [0, 0];
      use(match.groups ?? {}, at, end - at, match.index);
    }
  };

  for (const match of text.matchAll(stars)) {
    const count = [...match[0].matchAll(/[★⭐]/gu)].length + (match.groups?.["half"] ? 0.5 : 0);
    const before = clauseBefore(text, match.index);
    const name = /(?:^|\n|[|•-])\s*([^:|\n]{1,40})[:|]\s*$/u.exec(text.slice(Math.max(0, match.index - 60), match.index))?.[1] ?? before;
    const kind = isOverall.test(name) ? "overall" : namesCriterion(name.replace(has(ANSWER_NOUNS), " ")) && name !== "" ? "criterion" : "general";
    found.set(match.index, { kind, value: count, at: match.index, end: match.index + match[0].length, isRevising: false });
  }
  each(corrected, (_, at, length, start) => {
    if (clauseBefore(text, start).replace(isInterjection, "").trim() === "") add(at, length, "corrected", () => true);
  });
  each(wholly, (_, at, length) => {
    if (isMeant(at, length)) add(at, length, "overall", () => true);
  });
  each(labelled, ({ gap = "" }, at, length, start) => {
    const before = clauseBefore(text, start);
    const words = gap.replace(/[^\p{L}\p{N}']+/gu, " ").trim();
    if (isForeign.test(before.split(/\s+/).slice(-4).join(" ")) || isForeign.test(words)) return void taken.add(at);
    const isColon = /[:=|>→]\s*\S{0,3}\s*$/u.test(gap.trimEnd()) || /^[^\p{L}\p{N}]*[:=|>→\n][^\p{L}\p{N}]*$/u.test(gap);
    if (words !== "" && (!linked.test(gap) || isBound.test(words) || words.split(" ").length > 9)) return;
    if (!isColon && !isMeant(at, length)) return void taken.add(at);
    // A list below a heading.
    if (gap.includes("\n") && /^[.)]\s+\p{L}/u.test(text.slice(at + length))) return;
    const named = before.split(/\s+/).slice(-2).join(" ");
    const kind = isOverall.test(before) || isOverall.test(words) ? "overall" : isColon && isOfOne.test(words) ? "criterion" : namesCriterion(named) || namesCriterion(words) ? "criterion" : "general";
    add(at, length, kind, (read) => (isColon ? !read.isCounted : read.isFree || read.hasScale || read.hasUnit));
  });
  each(line, ({ name = "" }, at, length) => {
    const trimmed = name.replace(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();
    // “Response A: 8” is of one of several.
    const isOneOfSeveral = /^(?:\p{L}[\p{L}\p{M}]*\s+)*(?:\p{L}|\p{N}+)$/u.test(trimmed);
    if (isForeign.test(trimmed) || isNoCriterion.test(trimmed)) return void taken.add(at);
    const own = trimmed.split(" ").slice(-3).join(" ");
    const kind = isOneOfSeveral ? "criterion" : isOverall.test(trimmed) ? "overall" : isAnswer.test(own) || !namesCriterion(own.replace(has(ANSWER_NOUNS), " ")) ? "general" : "criterion";
    add(at, length, kind, (read) => (read.isFree || read.hasScale) && !read.isCounted);
  });
  each(alone, (_, at, length) => add(at, length, "alone", () => true));
  each(fraction, (_, at, length) => {
    if (isMeant(at, length)) add(at, length, "given", (read) => read.isFree && !isBound.test(clauseBefore(text, at).split(/\s+/).slice(-2).join(" ")));
  });
  each(given, ({ gap = "" }, at, length, start) => {
    const behind = text.slice(at + length, at + length + 40);
    // “The team scored 3”, “it scored 1200 on the SAT”.
    const subject = /^scored(?!\p{L})/u.test(text.slice(start)) ? clauseBefore(text, start).replace(has([...ANSWER_NOUNS, ...WORKS]), " ") : "";
    if (isExam.test(behind) || (namesCriterion(subject) && !/^\s*(?:\/|out of)/.test(behind))) return void taken.add(at);
    if (isMeant(at, length) && !isBound.test(gap)) add(at, length, namesCriterion(gap.replace(/'/g, " ")) ? "criterion" : "given", (read) => read.isFree && !read.isCounted);
  });
  each(fitting, (_, at, length) => {
    if (isMeant(at, length)) add(at, length, "given", () => true);
  });
  each(contradicted, (_, at, length, start) => {
    const earlier = [...found.values()].find(({ end }) => end <= start && start - end < 20 && !/[\p{L}\p{N}]/u.test(text.slice(end, start)));
    if (!earlier) return;
    earlier.value = readAt(text, at, length).value;
    found.delete(at);
    taken.add(at);
  });
  const statements = [...found.values()].sort((a, b) => a.at - b.at);
  const loose = [...text.matchAll(new RegExp(NUMBER, "gu"))].filter(({ index }) => !taken.has(index) && !statements.some(({ at, end }) => at <= index && index < end));
  return { statements, hasForeign: taken.size > 0, others: loose.filter((match) => readAt(text, match.index, match[0].length).isFree).length };
}
