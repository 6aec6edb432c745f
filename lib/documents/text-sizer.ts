/** How sizes are told, and the smallest pieces a text is cut into for it. */
export interface TextSizer {
  measure: (text: string) => number;
  /** Pieces that make up the text, in order, whose sizes add up to that of the text or little more. */
  cut: (text: string) => Iterable<string>;
}

export type SizeUnit = "characters" | "words" | "tokens";

/** Unicode code points, as Python and DuckDB count characters. */
export function countCharacters(text: string, start = 0, end = text.length): number {
  let count = end - start;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00 && at + 1 < end && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) count--;
  }
  return count;
}

/** What a person sees as one character, so that an accent never leaves its letter. */
export function* cutGraphemes(text: string): Generator<string> {
  for (const { segment } of new Intl.Segmenter("und", { granularity: "grapheme" }).segment(text)) yield segment;
}

/** Words, each with what stands between it and the next; also in languages that put no spaces between words. */
export function* cutWords(text: string): Generator<string> {
  let piece = "";
  let hasWord = false;
  for (const { segment, isWordLike } of new Intl.Segmenter("und", { granularity: "word" }).segment(text)) {
    if (isWordLike && hasWord) {
      yield piece;
      piece = "";
    }
    hasWord ||= isWordLike === true;
    piece += segment;
  }
  if (piece !== "") yield piece;
}

function countWords(text: string): number {
  let count = 0;
  for (const { isWordLike } of new Intl.Segmenter("und", { granularity: "word" }).segment(text)) if (isWordLike) count++;
  return count;
}

/** Loads the tokenizer only where tokens are asked for: its vocabulary takes a second and 50 MB. */
export async function openSizer(unit: SizeUnit): Promise<TextSizer> {
  if (unit === "characters") return { measure: (text) => countCharacters(text), cut: cutGraphemes };
  if (unit === "words") return { measure: countWords, cut: cutWords };
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  // Words such as <|endoftext|> in a document are text like any other.
  const options = { disallowedSpecial: new Set<string>() };
  return { measure: (text) => countTokens(text, options), cut: (text) => text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [] };
}
