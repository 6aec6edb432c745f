/** Words by which a verdict is told, each with the edges of a word around it. Data alone: `parse-verdict.ts` reads with them. */

export const BETTER = ["better", "the best", "best", "stronger", "superior", "preferred", "preferable", "the winner", "winner", "the correct one", "the right one", "favored", "favoured", "tốt hơn", "hay hơn", "đúng hơn", "chính xác hơn", "đầy đủ hơn", "vượt trội", "hữu ích hơn", "nhỉnh hơn"];
export const WORSE = ["worse", "the worst", "weaker", "inferior", "not as good", "loses", "falls short", "kém hơn", "tệ hơn", "dở hơn", "dài dòng hơn", "mơ hồ hơn", "khó hiểu hơn", "sai hơn", "thua", "kém"];
export const WINS = ["wins", "outperforms", "beats", "surpasses", "edges out", "prevails", "comes out ahead", "thắng", "vượt"];
export const CHOOSING = ["prefer", "prefers", "choose", "pick", "select", "favor", "favour", "go with", "going with", "vote for", "lean towards", "lean toward", "chọn", "thích", "nghiêng về", "ưu tiên"];
export const NAMING = ["final verdict", "verdict", "winner", "better response", "better input", "better answer", "better one", "best response", "better", "final answer", "answer", "choice", "preference", "preferred", "judgement", "judgment", "decision", "result", "conclusion", "output", "kết luận", "trả lời", "câu trả lời", "đáp án", "tốt hơn", "lựa chọn", "kết quả", "thắng"];
export const TIES = ["tie", "a draw", "tied", "equal", "equally good", "equally bad", "equally well", "equally helpful", "equivalent", "no clear winner", "no winner", "neither is better", "neither one is better", "on par", "hòa", "hoà", "ngang nhau", "như nhau", "bằng nhau", "tương đương"];

/** “more …” of these is better, “less …” worse. What is in neither list tells nothing. */
export const SOUND = [
  ...["accurate", "actionable", "appropriate", "balanced", "careful", "clear", "coherent", "compelling", "complete", "comprehensive", "concise", "consistent", "convincing", "correct", "detailed", "direct", "effective", "engaging", "factual", "faithful", "fluent", "helpful", "honest", "in-depth", "informative", "insightful", "logical", "natural", "nuanced", "organized"],
  ...["persuasive", "polished", "practical", "precise", "professional", "readable", "relevant", "reliable", "robust", "satisfying", "specific", "structured", "succinct", "suitable", "thorough", "truthful", "useful", "well-written", "well-structured", "well-organized"],
];
/** “more …” of these is worse, “less …” better. */
export const FLAWED = [
  ...["ambiguous", "biased", "cluttered", "confused", "confusing", "convoluted", "dangerous", "disorganized", "error-prone", "evasive", "flawed", "generic", "harmful", "inaccurate", "incoherent", "incomplete", "inconsistent", "incorrect", "irrelevant", "limited", "long-winded", "misleading", "offensive", "outdated", "problematic", "prone to errors", "prone to error"],
  ...["prone to mistakes", "rambling", "redundant", "repetitive", "robotic", "rude", "shallow", "simplistic", "sloppy", "speculative", "superficial", "unclear", "vague", "verbose", "wordy", "wrong"],
];

/** What is said of a text that is not the better one. */
export const FAULTS = ["lacks", "lack", "worse", "wrong", "incorrect", "fails", "fail", "misses", "missing", "not", "n't", "but", "however", "although", "though", "error", "errors", "incomplete", "poor", "loses", "lost", "thiếu", "sai", "kém", "không", "chưa", "nhưng", "lỗi", "thua", "hơn"];
export const REVISING = ["overall", "in conclusion", "therefore", "thus", "finally", "on balance", "actually", "on reflection", "wait", "in summary", "nhìn chung", "tóm lại", "vì vậy", "do đó", "kết luận", "nghĩ lại"];

/** Before a statement these deny it, or say that it cannot be told. */
export const DENYING = ["not", "n't", "don't", "doesn't", "isn't", "wasn't", "won't", "wouldn't", "can't", "couldn't", "didn't", "shouldn't", "cannot", "never", "no", "neither", "nor", "nobody", "no one", "none", "hardly", "barely", "doubt", "unclear", "unsure", "hard to say", "rather not", "không", "chưa", "chẳng", "nghi ngờ"];
/** With one of these it is only thought of, or said by others: of the sentence, of its last part. */
export const SUPPOSING = ["if", "unless", "whether", "had it", "would have", "could have", "nếu", "giá như", "liệu"];
export const OTHERS = ["some would", "some may", "some might", "some people", "some say", "many would", "others", "one could", "one might", "có người"];
/** Between a label and what is said of it these leave it open. */
export const UNSURE = ["could", "could be", "might", "might be", "may", "may be", "can be", "would be", "should be", "almost", "nearly", "có thể", "lẽ ra"];
/** How it looked before the rest was read. */
export const IMPRESSION = ["at first", "at first glance", "at first sight", "initially", "first impression", "thoạt nhìn", "ban đầu", "lúc đầu"];

export const LINKING = ["is", "was", "seems", "appears", "remains", "feels", "looks", "thì"];
export const DEGREES = String.raw`(?:clearly|slightly|much|far|significantly|marginally|somewhat|a bit|a little|the|a|by far|definitely|overall|also|still|ultimately|more\s+\p{L}+(?:,?\s+and\s+)?|có phần|rõ ràng|thì)`;
