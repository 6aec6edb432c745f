import { valueNamed } from "@/lib/core/named-values";
import { group, joinParts } from "./html-math";

interface Part {
  name: string;
  /** Of its properties, by name: the sign of a sum, the brackets. */
  values: Record<string, string>;
  parts: string[];
}

/** Signs that only arrange a formula: applied to, times, and, plus, and spaces of no width. */
const invisible = /[\u200b\u2061-\u2064]/g;
const signs = new Set(["chr", "begChr", "endChr", "sepChr", "type"]);

/** Elements of Office Math whose parts stand in a place of their own (ECMA-376, part 1, 22.1). */
const joined: Record<string, (parts: string[], values: Part["values"]) => string> = {
  f: ([above = "", below = ""], { type }) => (type === "noBar" ? `${group(above)}¦${group(below)}` : `${group(above)}/${group(below)}`),
  sSup: ([base = "", up = ""]) => `${base}^${group(up)}`,
  sSub: ([base = "", down = ""]) => `${base}_${group(down)}`,
  sSubSup: ([base = "", down = "", up = ""]) => `${base}_${group(down)}^${group(up)}`,
  sPre: ([down = "", up = "", base = ""]) => `_${group(down)}^${group(up)}${base}`,
  rad: ([degree = "", base = ""]) => (degree === "" ? `√${group(base)}` : `root(${base}, ${degree})`),
  nary: ([down = "", up = "", base = ""], { chr }) => `${chr ?? "∫"}${down === "" ? "" : `_${group(down)}`}${up === "" ? "" : `^${group(up)}`} ${base}`,
  d: (parts, { begChr, endChr, sepChr }) => `${begChr ?? "("}${parts.join(sepChr ?? "|")}${endChr ?? ")"}`,
  func: ([name = "", base = ""]) => `${name}${/^[([{|]/.test(base) ? "" : " "}${base}`,
  limLow: ([base = "", down = ""]) => `${base}_${group(down)}`,
  limUpp: ([base = "", up = ""]) => `${base}^${group(up)}`,
  acc: ([base = ""], { chr }) => `${group(base)}${chr ?? "\u0302"}`,
  bar: ([base = ""]) => `${group(base)}\u0305`,
  mr: (parts) => parts.join(" "),
  m: (parts) => parts.join("; "),
  eqArr: (parts) => parts.join("; "),
};

/** One formula of a Word document, as its signs say it in a line: `x^2`, `(a+b)/c`, `∑_(i=1)^n i`. */
export class WordMathReader {
  private readonly open: Part[] = [{ name: "oMath", values: {}, parts: [] }];
  private isText = false;

  openElement(name: string, value: string | undefined): void {
    if (name === "t") this.isText = true;
    else if (!signs.has(name)) this.open.push({ name, values: {}, parts: [] });
    // A sign that is named without a value is none: a bracket that is left open.
    else if (this.open.length > 0) Object.assign(this.open.at(-1)?.values ?? {}, { [name]: value ?? "" });
  }

  closeElement(name: string): void {
    if (name === "t") this.isText = false;
    if (name === "t" || signs.has(name) || this.open.length < 2) return;
    const closed = this.open.pop();
    const outer = this.open.at(-1);
    if (!closed || !outer) return;
    if (closed.name.endsWith("Pr")) Object.assign(outer.values, closed.values);
    else outer.parts.push((valueNamed(joined, closed.name) ?? joinParts)(closed.parts, closed.values));
  }

  text(text: string): void {
    if (this.isText) this.open.at(-1)?.parts.push(text.replaceAll(invisible, ""));
  }

  finish(): string {
    return joinParts(this.open.flatMap(({ parts }) => parts)).trim();
  }
}
