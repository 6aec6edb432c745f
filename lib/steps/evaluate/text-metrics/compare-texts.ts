import { l as rougeL, n as rougeN } from "js-rouge";

export const measures = ["exact_match", "rouge1", "rouge2", "rougeL", "bleu"] as const;
type Measures = Record<(typeof measures)[number], number>;

const words = new Intl.Segmenter("und", { granularity: "word" });
const MAX_ORDER = 4;

/** Words of any script by Unicode's rules (UAX 29), without punctuation. */
export function splitWords(text: string): string[] {
  return [...words.segment(text)].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}

/** From 0 to 1 each. Throws RangeError for texts that are too long to compare. */
export function compareTexts(text: string, reference: string, caseSensitive: boolean): Measures {
  const fold = (raw: string) => (caseSensitive ? raw.normalize("NFC") : raw.normalize("NFC").toLowerCase()).trim();
  const [made, wanted] = [fold(text), fold(reference)];
  const [madeWords, wantedWords] = [splitWords(made), splitWords(wanted)];
  const isEmpty = madeWords.length === 0 || wantedWords.length === 0;
  // Words are split once, here: the library is handed them joined by spaces, and whole texts as one sentence.
  const options = { tokenizer: (joined: string) => joined.split(" "), segmenter: (joined: string) => [joined], caseSensitive: true };
  const joined = [madeWords.join(" "), wantedWords.join(" ")] as const;
  const ngrams = (n: number) => (madeWords.length < n || wantedWords.length < n ? 0 : rougeN(...joined, { n, tokenizer: options.tokenizer, caseSensitive: true }));
  return {
    exact_match: made === wanted ? 1 : 0,
    rouge1: isEmpty ? 0 : ngrams(1),
    rouge2: isEmpty ? 0 : ngrams(2),
    rougeL: isEmpty ? 0 : rougeL(...joined, options),
    bleu: isEmpty ? 0 : sentenceBleu(madeWords, wantedWords),
  };
}

function countNgrams(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= tokens.length; start++) {
    const gram = tokens.slice(start, start + n).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/**
 * BLEU of one sentence (Papineni et al. 2002, section 2): the geometric mean of clipped n-gram precisions up to four, times
 * the brevity penalty. One is added to the counts of two words and more (Lin and Och 2004), because a single sentence often
 * has no four words in common; orders that the text is too short for are left out.
 */
function sentenceBleu(made: readonly string[], wanted: readonly string[]): number {
  const orders = Math.min(MAX_ORDER, made.length);
  let logs = 0;
  for (let n = 1; n <= orders; n++) {
    const allowed = countNgrams(wanted, n);
    let matches = 0;
    for (const [gram, count] of countNgrams(made, n)) matches += Math.min(count, allowed.get(gram) ?? 0);
    if (n === 1 && matches === 0) return 0;
    const smooth = n === 1 ? 0 : 1;
    logs += Math.log((matches + smooth) / (made.length - n + 1 + smooth));
  }
  const brevity = made.length >= wanted.length ? 1 : Math.exp(1 - wanted.length / made.length);
  return brevity * Math.exp(logs / orders);
}
