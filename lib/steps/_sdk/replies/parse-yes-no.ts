import { findWords } from "./find-words";

export interface YesNoWords {
  yes: readonly string[];
  no: readonly string[];
}

/**
 * Whether a reply says yes. As in DataDreamer's FilterWithPrompt a “yes” that stands by itself decides, wherever it is.
 * Null where neither word is there: such a reply says nothing, and is not taken for a no.
 */
export function parseYesNo(reply: string, words: YesNoWords): boolean | null {
  if (findWords(reply, words.yes).length > 0) return true;
  return findWords(reply, words.no).length > 0 ? false : null;
}
