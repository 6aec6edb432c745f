import { anyOf, EDGE_AFTER, EDGE_BEFORE } from "./find-words";
import { NUMBER_WORDS } from "./score-words";

const WORD = anyOf(Object.keys(NUMBER_WORDS));
const LOW = String.raw`-?[01]`;
const HIGH = String.raw`(?:3|4|5|6|7|9|10|20|50|100)(?!\d|[.,]\d)`;
const TO = String.raw`\s*(?:-|to|~|đến|tới|through|→|\.{2,3})\s*`;
const PLACES = anyOf([
  ...["step", "question", "criterion", "criteria", "section", "example", "response", "answer", "option", "item", "figure", "table", "page", "line", "chapter", "version", "assistant", "candidate", "model", "summary", "text", "part", "paragraph", "input", "output", "gpt", "llama", "qwen", "claude", "gemini", "no.", "fact", "claim", "point", "turn", "round"],
  ...["bước", "câu", "phần", "trang", "dòng", "ý", "đoạn", "mục", "tiêu chí", "ví dụ", "bài", "chương", "lượt"],
]);
const BEST = String.raw`(?:the\s+)?(?:best|worst|perfect|excellent|poor|very poor|highest|lowest|flawless|terrible|top|tốt nhất|tệ nhất|kém nhất|xuất sắc|hoàn hảo|cao nhất|thấp nhất)`;

const flags = "gu";

/** Numbers as words where only a score can be meant. */
function wordsToDigits(text: string): string {
  const digit = (word: string): string => String(NUMBER_WORDS[word] ?? word);
  return text
    .replace(/(?<![\p{L}\d.,/])(\d+)\s+(?:1\/2(?!\d|\/\d{2}|\s+of(?!\p{L}))|and a half(?!\p{L})|rưỡi(?!\p{L}))/gu, "$1.5")
    .replace(/(?<![\p{L}\d.,/])(\d+)\s+(điểm|sao)\s+rưỡi(?!\p{L})/gu, "$1.5 $2")
    .replace(new RegExp(`${EDGE_BEFORE}(${WORD})(?=\\s*(?:/|out of|trên|(?:points?|stars?|điểm|sao)${EDGE_AFTER}))`, flags), digit)
    .replace(new RegExp(`(?<=(?:\\d\\s*(?:/|out of|trên))\\s*)(${WORD})${EDGE_AFTER}`, flags), digit)
    .replace(new RegExp(`(?<=${EDGE_BEFORE}(?:score|rating|grade|mark|điểm(?:\\s+số)?)\\s*(?:(?:is|of|là|:|=)\\s*)?(?:an?\\s+)?)(${WORD})${EDGE_AFTER}`, flags), digit)
    .replace(new RegExp(`(?<=${EDGE_BEFORE}an?\\s+(?:solid\\s+|strong\\s+)?)(${WORD})(?=\\s*(?:$|[.,;!\\n]))`, flags), digit)
    .replace(new RegExp(`^[^\\p{L}\\p{N}]*(${WORD})[^\\p{L}\\p{N}]*$`, "u"), digit);
}

/** What is no score by its looks: [what, what stays in its place]. In this order, of folded text. */
const NO_SCORES: [RegExp, string][] = [
  // The same once more: “0.85 (85%)”.
  [/(?<=\d\s*)\(\s*\d+(?:[.,]\d+)?\s*%\s*\)/g, " "],
  [/https?:\/\/\S+/g, " "],
  [/(?<![\d.,])\b\d{1,4}[-/]\d{1,2}[-/]\d{2,4}\b/g, " "],
  [/\b\d{1,2}:\d{2}(?::\d{2})?\b/g, " "],
  [/(?:(?<![\d.,])\d+(?:\.\d+)?\s*[-+×*÷]\s*)+\d+(?:\.\d+)?\s*=\s*(?=\d)/g, " "],
  [/(?<!\p{L})(?:deduct(?:ed|ing)?|minus|subtract(?:ed|ing)?|take off|took off|loses?|lost|losing|bonus of|trừ(?: đi)?|cộng(?: thêm)?)\s+(?:[\p{L}\p{M}]+\s+){0,2}?\d+(?:[.,]\d+)?(?:\s*(?:points?|pts?|điểm))?/gu, " "],
  [/(?<=^|[\s(])[-+]\d+(?:[.,]\d+)?\s*(?:points?|pts?|điểm|for|vì)(?!\p{L})/gu, " "],
  [new RegExp(`[([{]\\s*(?:(?:scale|thang(?: điểm)?|range|from|từ|of|điểm)[^\\d)\\]}\\n]{0,20})?${LOW}(?:${TO}|\\s+and\\s+|[^\\d)\\]}\\n]{1,40}?(?:-|to|đến|,)[^\\d)\\]}\\n]{0,20}?)${HIGH}[^)\\]}\\n]{0,60}[)\\]}]`, flags), " "],
  [/[([]\s*(?:out of|max(?:imum)?|\/|trên(?: thang)?|thang(?: điểm)?|scale|of|tối đa|over|từ)\s*:?\s*(?:điểm\s*)?\d+[^)\]\n\d]{0,30}[)\]]/gu, " "],
  [new RegExp(`${EDGE_BEFORE}(?:\\d+|${WORD})(?:\\s|-)(?:points?|stars?)\\s+(?:(?:rating |grading |likert )?scale|rubric|system|likert)`, flags), " "],
  [new RegExp(`scale\\s*(?:of|from|is|:|=|going from|ranging from)?\\s*(?:from\\s+)?-?\\d+(?:\\s*\\([^)\\n]{0,40}\\))?(?:${TO}|\\s+and\\s+)\\d+(?:\\s*\\([^)\\n]{0,40}\\))?`, flags), " "],
  [/scale\s+of\s+\d+/gu, " "],
  [new RegExp(`(?:trên |theo |với |ở )?(?:thang|hệ)(?: điểm)?\\s*(?:từ|:|là)?\\s*-?\\d+(?:${TO}\\d+)?`, flags), " "],
  [new RegExp(`${EDGE_BEFORE}(?:between|giữa)\\s+${LOW}\\s+(?:and|và)\\s+${HIGH}`, flags), " "],
  [new RegExp(`(?<![\\d.,/])${LOW}${TO}${HIGH}(?!\\s*/)(?:\\s*(?:scale|range))?`, flags), " "],
  [/trên\s+tổng(?:\s+số)?(?:\s+điểm)?(?:\s+là)?\s+(?=\d)/gu, "trên "],
  // Of “6 -> 8” the second counts.
  [/(?<![\d.,/])\d+(?:[.,]\d+)?(?:\s*\/\s*\d+)?\s*(?:-{1,2}>|=>|[→⇒⟶⟹➜➔])\s*(?=\d)(?!\d+(?:[.,]\d+)?\s*%)/gu, " "],
  [/(?<=(?:^|[.!?\n])\s*)of\s+(?:the\s+|a\s+)?(?:possible\s+|total\s+)?\d+\s*(?:points|marks|stars)/gu, " "],
  [new RegExp(`\\d+\\s+(?:being|is|was|nghĩa là|tức là|là|means)\\s+${BEST}`, flags), " "],
  [/[([]\s*\d+\s*(?:=|:)\s*\p{L}[^)\]\n]*[)\]]/gu, " "],
  // A legend has two ends at least.
  [/(?:(?<![\d.,])\d+\s*=\s*\p{L}[^,;.)\n\d]*[,;.)\n]?\s*(?:and\s+|và\s+)?){2,}/gu, " "],
  [/(?<!\d\s*|\d\s*(?:points?|stars?|marks?|điểm|sao)\s*|\p{N}\s*[)\]"]\s*)(?:out of|over)\s+(?:a\s+)?(?:possible\s+|total\s+|maximum\s+)?(?:of\s+)?\d+/gu, " "],
  [/(?<=[\p{L}(:]\s*)\/\s*\d+/gu, " "],
  [new RegExp(`${EDGE_BEFORE}(${PLACES})(\\s*[#-]?\\s?)\\d+(?:\\.\\d+)*(?!\\s*(?:điểm|/|out of|trên)|[.,]?\\d|%)`, flags), "$1 x"],
  [/(?<=^|\s)#\d+/g, " "],
  [/(?<=[\p{L}.,"')])(?<!(?:^|[^\p{L}])(?:of|is|là|an?|as|give|it|rating|score|điểm)\s?)\s?\[\d+(?:\s*,\s*\d+)*\]/gu, " "],
  [/(?<![\p{L}])(?:from|từ)\s+(?:an?\s+)?\d+(?:[.,]\d+)?(?:\s*\/\s*\d+)?\s*(?:điểm|points?)?\s+(?:to|down to|up to|xuống|lên|thành|sang)\s+(?:còn\s+)?(?:an?\s+)?(?=\d)/gu, " "],
  [/(?<![\p{L}])(?:not|isn't|không(?: phải| được| đạt| đến| tới)?(?: là)?)\s+(?:an?\s+)?\d+(?:[.,]\d+)?(?:\s*\/\s*\d+)?(?:\s*điểm)?\s*,?\s*(?:but|mà là|mà)\s+(?:rather\s+)?/gu, " "],
  [/(?<![\p{L}])(?:instead of|rather than|not|isn't|không(?: phải| được| đạt| đến| tới)?(?: là)?|thay vì)\s+(?:an?\s+)?\d+(?:[.,]\d+)?(?:\s*\/\s*\d+)?/gu, " "],
];

/** Numbers that count the lines of a list, of which there are two at least, or one that begins with 1. */
function dropListNumbers(text: string): string {
  const item = /^([ \t]*)(\d{1,2})[.)][ \t]+(?=\S)/gm;
  const numbers = [...text.matchAll(item)].map((match) => Number(match[2]));
  return numbers.length > 1 || numbers[0] === 1 ? text.replace(item, "$1") : text;
}

/** Folded text without the numbers that only look like a score: scales and their ends, dates, lists, quotations, what is denied. */
export function blankNumbers(folded: string): string {
  return NO_SCORES.reduce((text, [pattern, rest]) => text.replace(pattern, rest), dropListNumbers(wordsToDigits(folded)));
}
