/** Words by which a score is told, each with the edges of a word around it. Data alone: `find-statements.ts` reads with them. */

/** Nouns that name the score itself. */
export const SCORE_NOUNS = [
  ...["score", "scores", "rating", "grade", "mark", "marks"],
  ...["điểm số", "số điểm", "điểm đánh giá", "chấm điểm", "cho điểm", "điểm", "chấm", "xếp loại"],
  ...["note", "punktzahl", "bewertung", "puntuación", "puntaje", "calificación", "nota", "оценка", "балл"],
];

/** Nouns of scripts without spaces, which have no edges. */
export const SCORE_NOUNS_WITHOUT_EDGES = ["分数", "评分", "得分", "打分", "總分", "总分", "スコア", "評価", "点数", "점수", "평점"];

/** What stands before a colon and means the answer as a whole. */
export const ANSWER_NOUNS = [
  ...["rate", "evaluation", "assessment", "verdict", "judgement", "judgment", "result", "answer", "response", "output", "conclusion", "decision"],
  ...["đánh giá", "kết quả", "kết luận", "trả lời", "đáp án", "câu trả lời", "nhận xét", "xếp hạng"],
];

/** With one of these a score is the one for all. */
export const OVERALL = [
  ...["overall", "final", "total", "average", "mean", "combined", "aggregate", "holistic", "global", "composite", "revised", "updated", "corrected", "adjusted", "definitive", "general", "new"],
  ...["tổng", "tổng thể", "tổng quát", "tổng kết", "tổng cộng", "chung", "cuối cùng", "cuối", "trung bình", "chung cuộc", "toàn bài", "chốt", "mới", "总分", "总体"],
];

/** With one of these a number is not what is asked for: the ends of the scale, another's score, an earlier one. */
export const FOREIGN = [
  ...["max", "maximum", "min", "minimum", "highest", "lowest", "possible", "passing", "pass", "threshold", "cutoff", "previous", "prior", "earlier", "old", "original", "initial", "first", "perfect", "ideal", "full", "expected", "baseline", "example", "reference", "human", "their", "scale", "range", "top", "target"],
  ...["tối đa", "tối thiểu", "cao nhất", "thấp nhất", "trước", "trước đó", "ban đầu", "tuyệt đối", "mẫu", "thang", "thang điểm", "ngưỡng", "cũ", "chuẩn", "lần đầu", "sơ bộ"],
];

/** Words beside a score that name no criterion. */
export const NEUTRAL = [
  ...["a", "an", "the", "my", "our", "this", "that", "its", "it", "stands", "stand", "still", "now", "currently", "but", "i", "i'd", "i'll", "we", "you", "your", "would", "will", "could", "should", "can", "is", "was", "be", "been", "being", "are", "to", "of", "for", "as", "at", "with", "by", "on", "in", "so", "thus", "therefore", "hence", "here", "here's", "and", "then", "give", "gives", "given", "giving", "gave", "assign", "assigned", "assigns", "get", "gets", "deserve", "deserves", "earn", "earns", "receive", "receives", "award", "awarded", "rate", "rated", "say", "says", "think", "believe", "above", "below", "following", "all"],
  ...["answer", "answer's", "response", "response's", "reply", "text", "summary", "essay", "input", "output", "article", "translation", "passage", "document", "submission", "work", "piece", "item", "one", "student", "student's", "assistant", "assistant's", "model", "model's", "quality", "numeric", "numerical", "single", "integer", "number", "value", "assessment", "evaluation", "recommended", "suggested", "assigned", "about", "around", "approximately", "roughly", "solid", "strong", "firm", "clear", "respectable", "good", "decent", "generous", "modest", "fair", "low", "high", "mere", "weak"],
  ...["tôi", "mình", "em", "hiện", "tại", "giờ", "là", "của", "cho", "câu", "trả", "lời", "này", "bài", "đoạn", "văn", "bản", "viết", "tóm", "tắt", "dịch", "sẽ", "được", "xin", "đánh", "giá", "vậy", "nên", "do", "đó", "vì", "thế", "theo", "ở", "mức", "nó", "đây", "dành", "khoảng", "tầm", "chấm", "một", "số", "phần", "với", "về", "nhận", "đạt được"],
];

/** Verbs that hand out a score. */
export const GIVING = [
  ...["give", "gives", "gave", "giving", "rate", "rates", "rated", "rating", "score", "scores", "scored", "award", "awarded", "assign", "assigned", "grade", "graded", "mark", "deserve", "deserves", "earn", "earns", "get", "gets", "merits", "merit", "receive", "receives", "go with", "going with", "settle on", "settling on", "settled on", "settle for", "say", "says", "put", "call it", "choose", "pick", "is worth", "it's", "it is", "that's", "this is", "that would be", "this would be", "makes it", "answer is", "verdict is", "result is", "assessment is", "evaluation is"],
  ...["tôi cho", "mình cho", "em cho", "xin cho", "sẽ cho", "nên cho", "chấm", "tôi đánh giá", "sẽ đánh giá", "xứng đáng", "đáng được", "chỉ được", "đạt", "được"],
];

/** Between a verb and its number none of these may stand. */
export const BOUNDS = ["not", "no", "n't", "never", "least", "most", "than", "above", "below", "under", "over", "without", "until", "up", "if", "không", "chưa", "dưới", "trên", "hơn", "ít nhất", "tối thiểu", "tối đa", "quá"];

/** What may follow a number that is a score; another word makes it a number of things. */
export const CONNECTORS = [
  ...["for", "because", "since", "as", "due", "on", "in", "overall", "but", "and", "given", "with", "if", "at", "from", "which", "this", "the", "that", "although", "though", "while", "considering", "based", "to", "rather", "instead", "it", "is", "would", "seems", "feels", "than", "total", "here", "when", "after", "under", "by", "i"],
  ...["vì", "do", "bởi", "cho", "với", "nhưng", "và", "nên", "theo", "là", "dựa", "tuy", "mặc", "thay", "bởi vì", "trong", "ở", "vào", "vậy", "thôi", "nhé"],
];

/** What a fraction may stand before: “an 8/10 answer”. */
export const WORKS = ["answer", "response", "reply", "text", "summary", "essay", "translation", "piece", "work", "effort", "article", "output", "job"];

/** Things that are counted, which a number before them never scores. */
export const COUNTED = ["facts", "fact", "errors", "error", "mistakes", "mistake", "issues", "issue", "problems", "problem", "words", "sentences", "examples", "reasons", "claims", "details", "paragraphs", "minutes", "hours", "days", "years", "people", "items", "sources", "lines", "typos", "lỗi", "câu", "ý", "từ", "ví", "lý", "đoạn", "chỗ", "người", "năm", "ngày", "phút", "giờ"];

/** A name before a colon with one of these is of a count, a place or a time. */
export const NO_CRITERION = ["number", "count", "errors", "mistakes", "issues", "words", "length", "step", "question", "part", "section", "example", "page", "line", "id", "time", "date", "year", "note", "temperature", "tokens", "version", "sum", "số", "số lỗi", "bước", "câu", "phần", "trang", "dòng", "năm", "ngày", "điểm trừ", "trừ", "deduction", "deductions", "penalty", "bonus", "điểm cộng", "lưu ý", "confidence", "độ tin cậy", "weight", "trọng số", "http", "https", "reason", "reasons"];

/** In a sentence with one of these a score is only thought of. */
export const SUPPOSED = ["was going to", "were going to", "originally", "định cho", "định chấm", "if", "unless", "had it", "would have", "could have", "might have", "could be", "could get", "would be needed", "to get", "to reach", "to earn", "to deserve", "to be a", "to score", "needs", "require", "requires", "reserved", "typically", "usually", "in general", "compared", "unlike", "nếu", "để đạt", "để được", "lẽ ra", "đáng lẽ", "có thể đạt", "thường", "so với", "giá như", "phải có"];

/** In a sentence with one of these no score is given. */
export const UNABLE = ["can't", "cannot", "can not", "unable", "won't", "refuse", "not able", "not possible", "impossible", "không thể", "từ chối", "chưa thể"];

/** A later score behind one of these takes the place of an earlier one. */
export const REVISING = ["actually", "on reflection", "reconsider", "reconsidering", "revise", "revised", "revising", "correction", "wait", "hmm", "instead", "change", "lower", "raise", "adjust", "overall", "final", "finally", "in conclusion", "therefore", "thus", "so", "all in all", "in total", "in sum", "i'd", "i would", "i'll", "my", "nghĩ lại", "thực ra", "xem lại", "sửa lại", "đổi", "điều chỉnh", "nhìn chung", "tóm lại", "vì vậy", "vậy", "do đó", "kết luận", "tôi", "tổng kết", "tổng thể", "cuối cùng"];

/** A number behind one of these and a colon takes the place of what was told before. */
export const CORRECTIONS = ["correction", "corrected", "edit", "edited", "update", "updated", "new", "revision", "revised", "sửa lại", "sửa", "đính chính", "cập nhật"];
/** Likewise, without a colon. */
export const CORRECTING = ["i mean", "i meant", "make that", "make it", "change that to", "change it to", "nhầm", "ý tôi là"];

/** What is scored by others: “1200 on the SAT”. */
export const EXAMS = ["sat", "act", "gre", "gmat", "lsat", "mcat", "toefl", "ielts", "toeic", "iq", "exam", "exams", "test", "tests", "bar exam", "benchmark", "benchmarks", "leaderboard", "mmlu", "gsm8k", "humaneval", "hellaswag", "mt-bench", "quiz", "midterm"];

/** Numbers as words, as far as scores go. */
export const NUMBER_WORDS: Readonly<Record<string, number>> = {
  ...{ zero: 0, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
  ...{ một: 1, hai: 2, ba: 3, bốn: 4, năm: 5, sáu: 6, bảy: 7, bẩy: 7, tám: 8, chín: 9, mười: 10 },
};
