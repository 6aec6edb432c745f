import { valueNamed } from "@/lib/core/named-values";

/** Elements of MathML whose parts stand in a place of their own. */
const joined: Record<string, (parts: string[]) => string> = {
  msup: ([base = "", up = ""]) => `${base}^${group(up)}`,
  msub: ([base = "", down = ""]) => `${base}_${group(down)}`,
  msubsup: ([base = "", down = "", up = ""]) => `${base}_${group(down)}^${group(up)}`,
  mover: ([base = "", up = ""]) => `${base}^${group(up)}`,
  munder: ([base = "", down = ""]) => `${base}_${group(down)}`,
  munderover: ([base = "", down = "", up = ""]) => `${base}_${group(down)}^${group(up)}`,
  mfrac: ([above = "", below = ""]) => `${group(above)}/${group(below)}`,
  msqrt: (parts) => `√${group(joinParts(parts))}`,
  mroot: ([base = "", degree = ""]) => `root(${base}, ${degree})`,
  mtr: (parts) => parts.join(" "),
  mtable: (parts) => parts.join("; "),
};

/** A text as one thing beside a sign: in brackets unless it is a sign, a number, or all of it is in a pair of them. */
export function group(text: string): string {
  return /^(.\p{M}*|\p{N}+)$/u.test(text) || isBracketed(text) ? text : `(${text})`;
}

function isBracketed(text: string): boolean {
  if (!text.startsWith("(") || !text.endsWith(")")) return false;
  let depth = 0;
  for (const [index, sign] of [...text].entries()) {
    depth += sign === "(" ? 1 : sign === ")" ? -1 : 0;
    if (depth === 0) return index === [...text].length - 1;
  }
  return false;
}

/** Parts one after another; the name of a function stays apart from what follows it: `sin x`. */
export function joinParts(parts: readonly string[]): string {
  let text = "";
  for (const part of parts) text += (/(?<!\p{L})\p{L}{2,}$/u.test(text) && /^[\p{L}\p{N}]/u.test(part) ? " " : "") + part;
  return text;
}

/** One formula of MathML: its TeX where the page has it, else what its signs say in a line. */
export class MathReader {
  private readonly open: { name: string; parts: string[] }[] = [{ name: "math", parts: [] }];
  private annotation: string | null = null;
  private tex: string | null = null;

  constructor(private readonly alternative: string | undefined) {}

  openElement(name: string, encoding: string | undefined): void {
    if (name === "annotation" || name === "annotation-xml") this.annotation = name === "annotation" && /tex/i.test(encoding ?? "") ? "tex" : "other";
    else this.open.push({ name, parts: [] });
  }

  closeElement(name: string): void {
    if (name === "annotation" || name === "annotation-xml") {
      this.annotation = null;
      return;
    }
    const closed = this.open.length > 1 ? this.open.pop() : undefined;
    if (closed) this.open.at(-1)?.parts.push((valueNamed(joined, closed.name) ?? joinParts)(closed.parts));
  }

  text(text: string): void {
    if (this.annotation === "tex") this.tex = (this.tex ?? "") + text;
    else if (this.annotation === null && text.trim() !== "") this.open.at(-1)?.parts.push(text.trim());
  }

  finish(): string {
    const written = this.tex?.trim() || this.alternative?.trim();
    return written ? plainTex(written) : joinParts(this.open.flatMap(({ parts }) => parts));
  }
}

/** Without the style that Wikipedia puts around every formula and LaTeXML before each; one that is an index alone is one. */
export function plainTex(tex: string): string {
  const plain = (/^\{\\(?:display|text)style\s*([\s\S]*)\}$/.exec(tex.trim())?.[1] ?? tex).trim().replace(/^\\(display|text)style(?![A-Za-z])\s*/, "");
  const [, sign, index = ""] = /^\{\}([_^])\{([^{}\\]*)\}$/.exec(plain) ?? [];
  return sign === undefined ? plain : writeShifted(sign === "^" ? "sup" : "sub", index);
}

const raised: Record<string, string> = { "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹", "+": "⁺", "-": "⁻", "−": "⁻", "–": "⁻", "=": "⁼", "(": "⁽", ")": "⁾", n: "ⁿ", i: "ⁱ" };
const lowered: Record<string, string> = { "0": "₀", "1": "₁", "2": "₂", "3": "₃", "4": "₄", "5": "₅", "6": "₆", "7": "₇", "8": "₈", "9": "₉", "+": "₊", "-": "₋", "−": "₋", "–": "₋", "=": "₌", "(": "₍", ")": "₎" };
/** Letters that are raised for looks: 1st, 2nd, No., Mme, TM. */
const looks = /^(st|nd|rd|th|er|re|e|ère|me|ème|os?|a|r|le|lle|TM|SM|®|©|™)$/i;

/** An exponent or an index that is still one where text has no raised letters: 10⁶, H₂O, x^(k+1). */
export function writeShifted(kind: "sup" | "sub", text: string): string {
  const words = text.replace(/[ \t\n\r\f]+/g, " ").trim();
  if (words === "" || (kind === "sup" && looks.test(words)) || /^[[*†‡§¶#,.;]/.test(words)) return words;
  const signs = kind === "sup" ? raised : lowered;
  const written = [...words].map((sign) => signs[sign]);
  if (written.every((sign) => sign !== undefined)) return written.join("");
  return `${kind === "sup" ? "^" : "_"}${[...words].length === 1 ? words : `(${words})`}`;
}
