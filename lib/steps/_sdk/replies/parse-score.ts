const OTHER_DIGITS = [/[٠-٩]/g, /[۰-۹]/g, /[०-९]/g];
const FIRST_DIGIT = [0x0660, 0x06f0, 0x0966];

/** Digits of other scripts and full-width forms as 0 to 9; minus signs as “-”. */
function toPlainDigits(text: string): string {
  let plain = text.normalize("NFKC").replace(/[−–]/g, "-");
  OTHER_DIGITS.forEach((digits, index) => {
    plain = plain.replace(digits, (digit) => String((digit.codePointAt(0) ?? 0) - (FIRST_DIGIT[index] ?? 0)));
  });
  return plain;
}

/** A sign only where it does not join two things: “-2”, but not the second of “8-9” nor the one of “GPT-4”. */
const NUMBER = String.raw`(?<![\p{L}\d.,])(?<!\p{L}-)(?:(?<![\p{L}\d]\s?)-)?\d+(?:[.,]\d+)*(?!\p{L})`;
const LABEL = String.raw`(?:score|rating|rate|grade|điểm(?:\s+số)?|chấm|note|punktzahl|puntuación|分数|评分|得分)`;

/** Thousands as “1,000”; a single comma before other groups is a decimal one: “7,5”. */
function toNumber(text: string): number {
  if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return Number(text.replaceAll(",", ""));
  if (/^-?\d+,\d+$/.test(text)) return Number(text.replace(",", "."));
  return Number(/^-?\d+(\.\d+)?/.exec(text)?.[0]);
}

/**
 * The score in a reply: the number behind a word like “score”, else the one before “/10” or “out of 10”, else the first.
 * Of a range (“8-9”) and of a fraction it is the first number. Null where there is none. DataDreamer's RankWithPrompt takes
 * the first run of digits and dots, which loses a minus sign and stops at “a. 5”.
 */
export function parseScore(reply: string): number | null {
  const text = toPlainDigits(reply);
  const labelled = new RegExp(`${LABEL}[^\\p{L}\\d-]{0,12}(?:(?:is|of|là|:|=)[^\\p{L}\\d-]{0,6})?(${NUMBER})`, "iu").exec(text)?.[1];
  const rated = new RegExp(`(${NUMBER})\\s*(?:/|out of|trên)\\s*\\d`, "iu").exec(text)?.[1];
  const first = new RegExp(NUMBER, "u").exec(text)?.[0];
  const found = labelled ?? rated ?? first;
  if (found === undefined) return null;
  const score = toNumber(found);
  return Number.isFinite(score) ? score : null;
}
