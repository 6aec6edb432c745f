/** Text as it is compared: NFC, so that a diacritic is one with its letter however it was typed, in lower case. */
export function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** Whether a text is one of the words, however it is written. */
export function isOneOf(text: string, words: readonly string[]): boolean {
  const folded = fold(text).trim();
  return words.some((word) => fold(word).trim() === folded);
}

const LETTER = String.raw`[\p{L}\p{M}\p{N}_]`;
/** A word does not begin, or end, within another. */
export const EDGE_BEFORE = `(?<!${LETTER})`;
export const EDGE_AFTER = `(?!${LETTER})`;

const escapeWord = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Any of the words, the longest first, as the inside of a pattern. */
export function anyOf(words: readonly string[]): string {
  return [...words].sort((a, b) => b.length - a.length).map((word) => escapeWord(fold(word)).replace(/\s+/g, "\\s+")).join("|");
}

export interface FoundWord {
  at: number;
  end: number;
  word: string;
}

// Scripts without spaces between words have no edge to look for.
const hasNoEdges = (word: string): boolean => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word);

/**
 * Where any of the words or phrases stands by itself, in any script; at the place in the folded text. A hyphen makes it a
 * part of another word, and a phrase that holds another is the one that stands there.
 */
export function findWords(text: string, words: readonly string[]): FoundWord[] {
  const folded = fold(text);
  const found: FoundWord[] = [];
  for (const word of words) {
    const wanted = fold(word).trim();
    if (wanted === "") continue;
    const edges = hasNoEdges(wanted) ? ["", ""] : [`(?<!${LETTER})(?<!\\p{L}-)`, `(?!${LETTER}|-\\p{L})`];
    const pattern = new RegExp(`${edges[0] ?? ""}${escapeWord(wanted)}${edges[1] ?? ""}`, "gu");
    for (const match of folded.matchAll(pattern)) found.push({ at: match.index, end: match.index + match[0].length, word });
  }
  return found.sort((a, b) => a.at - b.at || b.end - a.end);
}

/** Those that stand within no longer one, in order. */
export function outermost<Word extends FoundWord>(found: readonly Word[]): Word[] {
  let widest: Word | undefined;
  return [...found]
    .sort((a, b) => a.at - b.at || b.end - a.end)
    .filter((one) => {
      const isWithin = widest !== undefined && widest.end >= one.end && (widest.at < one.at || widest.end > one.end);
      if (!widest || one.end > widest.end) widest = one;
      return !isWithin;
    });
}
