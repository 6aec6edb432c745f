import sampling from "./sampling-words.en.json" with { type: "json" };
import training from "./training-words.en.json" with { type: "json" };

const blocks = { ...training, sampling };

interface OwnWords {
  /** Blocks of words for parameters that several steps share. */
  sharedWords: string[];
  params: Record<string, unknown>;
}

/** A step's words with those of the parameters it shares. Its own come first and win. */
export function addSharedWords<Words extends OwnWords>(words: Words): Omit<Words, "sharedWords"> {
  const { sharedWords, ...own } = words;
  const shared = sharedWords.map((name) => (blocks as Record<string, Record<string, unknown>>)[name] ?? {});
  return { ...own, params: Object.assign({}, ...shared, own.params) as Words["params"] };
}
