/** Longest reply that is read whole; of a longer one the beginning and the end, where statements stand. */
const READ_WHOLE = 40_000;
const READ_OF_START = 5000;

const OTHER_DIGITS = [/[٠-٩]/g, /[۰-۹]/g, /[०-९]/g];
const FIRST_DIGIT = [0x0660, 0x06f0, 0x0966];
const HALVES: [RegExp, string][] = [
  [/½/g, ".5"],
  [/¼/g, ".25"],
  [/¾/g, ".75"],
];

/** Digits of other scripts and full-width forms as 0 to 9, “7½” as 7.5, minus signs as “-”, dashes with room around them. */
function plainDigits(text: string): string {
  // A raised number is a note's or a power, not a number by itself.
  let plain = text.replace(/[⁰¹²³⁴-⁹₀-₉]+/g, " ");
  for (const [half, decimal] of HALVES) plain = plain.replace(half, decimal);
  plain = plain
    .normalize("NFKC")
    .replace(/\u2212/g, "-")
    .replace(/[‐‑‒]/g, "-")
    .replace(/[–—―]/g, " - ");
  OTHER_DIGITS.forEach((digits, index) => {
    plain = plain.replace(digits, (digit) => String((digit.codePointAt(0) ?? 0) - (FIRST_DIGIT[index] ?? 0)));
  });
  return plain;
}

const THINKING = "think|thinking|thought|reasoning|reflection|scratchpad";

/** What a model says after it has thought; empty for a reply that was cut while it thought. */
export function dropThinking(reply: string): string {
  const closed = reply.replace(new RegExp(`<(${THINKING})>[\\s\\S]*?</\\1>`, "gi"), "\n").replace(/◁think▷[\s\S]*?◁\/think▷/g, "\n");
  // A chat template may have opened the tag in the prompt.
  const behind = closed.split(new RegExp(`</(?:${THINKING})>|◁/think▷`, "i")).at(-1) ?? "";
  return behind.split(new RegExp(`<(?:${THINKING})>|◁think▷`, "i"))[0] ?? "";
}

function shorten(text: string): string {
  return text.length <= READ_WHOLE ? text : `${text.slice(0, READ_OF_START)}\n${text.slice(READ_OF_START - READ_WHOLE)}`;
}

/** A reply without its thinking, in plain digits: what `plainReply` starts from, with its markup in place. */
export function saidReply(reply: string): string {
  return shorten(plainDigits(dropThinking(reply)));
}

/** Tags, in angle or square brackets, that say what follows. */
const NAMED = /score|rating|grade|verdict|answer|result|điểm|kết quả/i;

/** Words of a reply as a person sees them: without the signs of Markdown, HTML and LaTeX, struck text left out. */
export function plainReply(said: string): string {
  return said
    .replace(/~~[^~\n]*~~|<(del|s|strike)>[^<]*<\/\1>/gi, " ")
    .replace(/\\(?:d|t)?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "$1/$2")
    .replace(/\\(?:text|textbf|mathbf|mathrm|textit|mathbf|bf)\s*\{([^{}]*)\}/g, "$1")
    .replace(/\\(?:,|;|!|quad|qquad|left|right|displaystyle)/g, " ")
    .replace(/\\[[\]()]/g, " ")
    .replace(/\\_/g, "_")
    .replace(/\$+/g, " ")
    .replace(/<br\s*\/?>/gi, "\n")
    .replace(/<\/?([\p{L}][\p{L}\p{N}_-]*)[^<>\n]*>/gu, (tag: string, name: string) => (tag.startsWith("</") ? "\n" : NAMED.test(name) ? `\n${name.replace(/[_-]+/g, " ")}: ` : " "))
    .replace(/(?<!\[)\[\s*([\p{L}][\p{L}\p{M} _-]{0,30})\s*\](?!\])/gu, (tag: string, name: string) => (NAMED.test(name) ? `${name}: ` : tag))
    .replace(/^\s{0,3}#{1,6}\s+/gm, "")
    .replace(/^\s*>\s?/gm, "")
    .replace(/[*`]+/g, "")
    .replace(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, "")
    .replace(/\u00a0|\u202f|\u2009/g, " ")
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/\r\n?/g, "\n")
    // Long runs of one sign say nothing, and cost each pattern that looks over them.
    .replace(/[ \t]{2,}/g, " ")
    .replace(/(\n ?){3,}/g, "\n\n")
    .replace(/([^\p{L}\p{N}\s★☆⭐])\1{5,}/gu, "$1$1$1");
}
