import { blankNumbers } from "./blank-numbers";
import { findStatements, NUMBER, toNumber, type Statement, type StatementKind } from "./find-statements";
import { fold } from "./find-words";
import { plainReply, saidReply } from "./plain-reply";
import { readJsonScore } from "./read-json-score";
import { BOUNDS } from "./score-words";
import { unrollTables } from "./unroll-tables";

/** What several statements of one kind say: the only value, or null where they differ. */
function only(statements: readonly Statement[]): number | null {
  const values = new Set(statements.map(({ value }) => value));
  return values.size === 1 ? (statements[0]?.value ?? null) : null;
}

/** The score that the statements come to; undefined where there are none, null where they do not agree on one. */
function choose({ statements, hasForeign, others }: ReturnType<typeof findStatements>): number | null | undefined {
  const of = (kind: StatementKind): Statement[] => statements.filter((statement) => statement.kind === kind);
  const told = [of("overall"), of("general"), of("alone")].find((some) => some.length > 0) ?? [];
  const given = of("given");
  const correction = of("corrected").at(-1);
  if (correction && !told.some(({ at }) => at > correction.at)) return correction.value;
  const last = told.at(-1);
  const later = given.filter(({ at, isRevising }) => isRevising && at > (last?.at ?? -1)).at(-1);
  if (last) {
    // “Score: 6 … On reflection I'd say 7.”
    if (last.kind !== "overall" && later) return later.value;
    return last.kind === "alone" ? only(told) : last.value;
  }
  if (given.length > 0) return new Set(given.map(({ value }) => value)).size === 1 ? only(given) : later && later === given.at(-1) ? later.value : null;
  const [criterion, another] = of("criterion");
  if (criterion) return another || others > 0 ? null : criterion.value;
  return hasForeign ? null : undefined;
}

const WORDS_BEHIND = "because|but|though|although|nhưng|since|as|for|given|overall|or so|in total|vì|do|bởi|với|with|cho|tổng thể";
/** With a fraction it is no number of things, so that it may stand before what is judged. */
const MARKS_BEHIND = "good|great|excellent|very|fair|decent|solid|poor|weak|bad|average|outstanding|tốt|khá|rất|kém";
const START = new RegExp(`^[^\\p{L}\\p{N}-]*(${NUMBER})(?=["')\\]]*(?:\\s*(?:[.,;:!([-]|=(?!>)|$)|\\n|\\t|\\s*(?:${WORDS_BEHIND})(?!\\p{L})|(?<=\\d[.,]\\d+)\\s+(?:${MARKS_BEHIND})(?!\\p{L})))`, "u");
/** “8, 9”, “8-9” and “7.5 (rounded to 8)” name two. */
const ANOTHER = /^[-~]\d|^\s*(?:[,;-]|or|to|hay|hoặc|đến)?\s*\d+(?:[.,]\d+)?\s*(?:$|[.!\n/(])|^[^\n.]{0,20}(?:round|làm tròn)|^[^\p{L}\p{N}]*(?:no|sorry|wait|actually|không|xin lỗi|à nhầm)[,:]?\s*\d/u;
const SHORT_WORDS = 3;

/** A score that is told by a number and little else: at the start of a reply, or in a short one. */
function readBare(text: string): number | null {
  const numbers = [...text.matchAll(new RegExp(NUMBER, "gu"))];
  const start = START.exec(text);
  if (start?.[1] !== undefined && numbers.filter(({ index }) => text[index - 1] === "\n" || index === 0).length <= 1) {
    const rest = text.slice(start[0].length);
    return ANOTHER.test(rest) ? null : toNumber(start[1]);
  }
  const words = text.match(/[\p{L}\p{M}'-]+/gu) ?? [];
  if (numbers.length !== 1 || words.length > SHORT_WORDS || words.some((word) => BOUNDS.includes(word))) return null;
  const [number] = numbers;
  const behind = text.slice((number?.index ?? 0) + (number?.[0].length ?? 0));
  return /^\s*[\p{L}+]|^\s*-\s*\d/u.test(behind) || /[<>≥≤]\s*-?\d/.test(text) ? null : toNumber(number?.[0] ?? "");
}

/**
 * The score in a reply, as a person reads it: what the reply says last of the whole, before what it says of one side; a
 * scale (“1 to 10”, “out of 10”) is none. Null where there is none, where several criteria have scores and the whole has
 * none, and where two numbers are left open (“7 or 8”). DataDreamer's RankWithPrompt takes the first run of digits and dots.
 */
export function parseScore(reply: string): number | null {
  const said = saidReply(reply);
  const boxed = [...said.matchAll(/\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g)].at(-1)?.[1];
  if (boxed !== undefined) return parseScore(boxed);
  const json = readJsonScore(said);
  if (json.score !== undefined) return json.score;
  const text = blankNumbers(fold(unrollTables(plainReply(json.rest)))).trim();
  const chosen = choose(findStatements(text));
  const score = chosen === undefined ? readBare(text) : chosen;
  return score !== null && Number.isFinite(score) ? score : null;
}
