import { findJson } from "./parse-json-reply";
import { fold, isOneOf } from "./find-words";
import { FOREIGN, OVERALL, SCORE_NOUNS, SCORE_NOUNS_WITHOUT_EDGES } from "./score-words";
import { toNumber } from "./find-statements";

interface Leaf {
  path: string[];
  value: number | null;
}

const LIMIT = 200;

/** “8/10” in a string is 8; a text that is no number by itself is none. */
function readLeaf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const match = /^\s*(-?\d+(?:[.,]\d+)?)\s*(?:\/\s*\d+|out of \d+|%|điểm|points?|stars?)?\s*$/i.exec(value);
  return match?.[1] === undefined ? null : toNumber(match[1]);
}

function collect(value: unknown, path: string[], leaves: Leaf[]): void {
  if (leaves.length >= LIMIT || path.length > 6) return;
  if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) collect(member, Array.isArray(value) ? path : [...path, name], leaves);
    return;
  }
  const number = readLeaf(value);
  if (number !== null) leaves.push({ path, value: number });
}

/** “overallScore” and “overall_score” as their words. */
const wordsOf = (name: string): string[] => fold(name.replace(/(?<=[a-z\d])(?=[A-Z])/g, " ")).split(/[^\p{L}\p{M}\p{N}]+/u);
const names = (path: readonly string[], words: readonly string[]): boolean => path.some((name) => wordsOf(name).some((word) => isOneOf(word, words)) || isOneOf(name, words));
const isPlain = ({ path }: Leaf): boolean => path.length > 0 && path.every((name) => wordsOf(name).join(" ") === "value" || isOneOf(wordsOf(name).join(" "), [...SCORE_NOUNS, ...SCORE_NOUNS_WITHOUT_EDGES, "evaluation", "result", "answer", "verdict", "đánh giá", "output", "response"]));

/**
 * The score that the last JSON object of a reply tells: the one of the whole, else the one that is called a score, else its
 * only number. Undefined where no object tells one; `rest` is then the reply without those that have several.
 */
export function readJsonScore(said: string): { score?: number | null; rest: string } {
  let rest = said;
  for (const { value, start, end } of findJson(said).reverse()) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const leaves: Leaf[] = [];
    collect(value, [], leaves);
    const own = leaves.filter(({ path }) => !names(path, [...FOREIGN, "scale", "max", "min", "confidence", "weight", "id", "index", "tokens", "count"]) || names(path, OVERALL));
    const overall = own.filter(({ path }) => names(path, OVERALL) && path.length <= 3);
    const plain = own.filter(isPlain);
    const told = overall.length > 0 ? overall : plain;
    const values = new Set(told.map((leaf) => leaf.value));
    if (values.size === 1) return { score: told[0]?.value ?? null, rest };
    if (values.size > 1) return { score: null, rest };
    if (own.length === 1) return { score: own[0]?.value ?? null, rest };
    if (own.length > 1) rest = `${rest.slice(0, start)}\n${rest.slice(end)}`;
  }
  return { rest };
}
