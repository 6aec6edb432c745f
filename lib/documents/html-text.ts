import { Parser } from "htmlparser2";
import { type DocumentText, SectionPath } from "./document";

const skipped = new Set(["script", "style", "noscript", "template", "svg", "math", "iframe", "object", "select", "textarea"]);
const blocks = new Set(["p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "ul", "ol", "dl", "dt", "dd", "table", "blockquote", "figure", "figcaption", "pre", "form", "fieldset", "details", "summary", "address", "hr", "h1", "h2", "h3", "h4", "h5", "h6"]);
const lines = new Set(["br", "tr", "li"]);

/** The text of a page as a person reads it: paragraphs apart, list items and table rows on lines of their own. */
export function readHtml(html: string): DocumentText {
  const reader = new HtmlReader();
  const parser = new Parser({ onopentagname: (name) => { reader.open(name); }, ontext: (text) => { reader.text(text); }, onclosetag: (name) => { reader.close(name); } }, { decodeEntities: true });
  parser.end(html);
  return reader.finish();
}

class HtmlReader {
  private readonly pieces: string[] = [];
  private length = 0;
  /** Line breaks owed before the next text. */
  private breaks = 0;
  private space = false;
  private prefix = "";
  private skipping = 0;
  private verbatim = 0;
  private title: string | null = null;
  private inTitle = false;
  private heading: { level: number; start: number | null; words: string } | null = null;
  private readonly path = new SectionPath();

  open(name: string): void {
    if (skipped.has(name)) this.skipping++;
    if (name === "title") {
      this.inTitle = true;
      this.title ??= "";
    }
    if (name === "pre") this.verbatim++;
    this.breakAt(name);
    if (name === "li") this.prefix = "- ";
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level) this.heading = { level: Number(level), start: null, words: "" };
  }

  close(name: string): void {
    if (skipped.has(name)) this.skipping = Math.max(0, this.skipping - 1);
    if (name === "title") this.inTitle = false;
    if (name === "pre") this.verbatim = Math.max(0, this.verbatim - 1);
    if (/^h[1-6]$/.test(name) && this.heading) {
      const { level, start, words } = this.heading;
      if (start !== null) this.path.enter(level, words.replace(/\s+/g, " ").trim(), start);
      this.heading = null;
    }
    if (name === "td" || name === "th") this.prefix = this.atLineStart() ? "" : " | ";
    else if (name === "tr") this.prefix = "";
    if (name !== "br") this.breakAt(name);
  }

  text(text: string): void {
    if (this.skipping > 0) return;
    if (this.inTitle) {
      this.title = (this.title ?? "") + text;
      return;
    }
    if (this.verbatim > 0) {
      this.add(text.trim() === "" ? "" : text);
      return;
    }
    const words = text.replace(/[^\S\u00a0]+/g, " ");
    if (words === " " || words === "") {
      this.space ||= words === " ";
      return;
    }
    if (words.startsWith(" ")) this.space = true;
    this.add(words.trim());
    this.space = words.endsWith(" ");
  }

  finish(): DocumentText {
    const text = this.pieces.join("");
    const title = this.title?.replace(/\s+/g, " ").trim() ?? "";
    return { title: title || (this.path.sections[0]?.path[0] ?? null), text, sections: this.path.sections, pages: [], failures: [] };
  }

  private atLineStart(): boolean {
    return this.length === 0 || this.breaks > 0;
  }

  private breakAt(name: string): void {
    const wanted = blocks.has(name) ? 2 : lines.has(name) ? 1 : 0;
    this.breaks = Math.max(this.breaks, wanted);
  }

  private add(text: string): void {
    if (text === "") return;
    const before = this.length === 0 ? "" : this.breaks > 0 ? "\n".repeat(this.breaks) : this.space && this.prefix === "" ? " " : "";
    this.push(before + this.prefix);
    this.breaks = 0;
    this.prefix = "";
    this.space = false;
    if (this.heading) {
      this.heading.start ??= this.length;
      this.heading.words += before + text;
    }
    this.push(text);
  }

  private push(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
  }
}
