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

/** Where any of the words or phrases stands by itself, in any script; at the place in the folded text. */
export function findWords(text: string, words: readonly string[]): { at: number; word: string }[] {
  const folded = fold(text);
  const found: { at: number; word: string }[] = [];
  for (const word of words) {
    const wanted = fold(word).trim();
    if (wanted === "") continue;
    // Scripts without spaces between words have no edge to look for.
    const edges = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(wanted) ? ["", ""] : [`(?<!${LETTER})`, `(?!${LETTER})`];
    const pattern = new RegExp(`${edges[0] ?? ""}${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}${edges[1] ?? ""}`, "gu");
    for (const match of folded.matchAll(pattern)) found.push({ at: match.index, word });
  }
  return found.sort((a, b) => a.at - b.at);
}
