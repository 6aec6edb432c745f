import { Parser } from "htmlparser2";
import { type DocumentText, SectionPath } from "./document";
import { isHidden } from "./html-hidden";
import { ListMarks } from "./html-list";
import { MathReader, plainTex, writeShifted } from "./html-math";
import { findRole, isUnmarked, type Role, withoutBrackets } from "./html-roles";
import { TableReader } from "./html-table";
import { TextBuffer } from "./text-buffer";

type Attributes = Readonly<Record<string, string | undefined>>;

const blocks = new Set(["p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "ul", "ol", "menu", "dl", "dt", "dd", "blockquote", "figure", "figcaption", "caption", "pre", "form", "fieldset", "legend", "details", "summary", "address", "hr", "h1", "h2", "h3", "h4", "h5", "h6"]);
const void_ = new Set(["br", "hr", "img", "wbr", "input", "meta", "link", "col", "area", "base", "embed", "source", "track", "param"]);
const isTexImage = /(^|[\s_-])(tex|latex|math|mwe-math[\w-]*)([\s_-]|$)/i;

/**
 * The text of a page as a person reads it: paragraphs apart, list items and table rows on lines of their own, code as it
 * stands, formulas as TeX, without what the page hides.
 */
export function readHtml(html: string): DocumentText {
  const reader = new HtmlReader(html);
  const parser = new Parser(
    { onopentag: (name, attributes) => { reader.open(name, attributes); }, ontext: (text) => { reader.text(text); }, onclosetag: (name) => { reader.close(name); } },
    { decodeEntities: true },
  );
  parser.end(html);
  return reader.finish();
}

class HtmlReader {
  private readonly page = new TextBuffer();
  private readonly tables: TableReader[] = [];
  private readonly lists: ListMarks[] = [];
  /** Elements that are open, and whether each is hidden with all that is in it. */
  private readonly stack: { name: string; isHidden: boolean; keepsSpace: boolean; role: Role | null }[] = [];
  private hidden = 0;
  private verbatim = 0;
  private isPreStart = false;
  private title: string | null = null;
  private math: MathReader | null = null;
  private mathIsBlock = false;
  /** Text that is written when its element closes. */
  private diverted: { name: "sup" | "sub" | "mark"; text: string } | null = null;
  private equations = 0;
  private tex: string | null = null;
  private listsSeen = 0;
  private readonly listSizes: number[];

  constructor(html: string) {
    // The numbers of a reversed list begin with how many items it has, which stand further on.
    this.listSizes = /<ol\b[^>]*\breversed\b/i.test(html) ? countItems(html) : [];
  }

  open(name: string, attributes: Attributes): void {
    const role = findRole(attributes);
    const hides = isHidden(name, attributes) || (role === "again" && this.stack.some((open) => open.role === "note"));
    const keepsSpace = name === "pre" || /white-space\s*:\s*(pre|break-spaces)/i.test(attributes["style"] ?? "");
    if (!void_.has(name)) this.stack.push({ name, isHidden: hides, keepsSpace, role });
    if (name === "script" && /^math\/tex/i.test(attributes["type"] ?? "") && this.hidden === 0) this.tex = "";
    if (hides && !void_.has(name)) this.hidden++;
    const size = name === "ol" ? this.listSizes[this.listsSeen++] : undefined;
    if (this.hidden > 0 || hides) return;
    if (this.math) {
      this.math.openElement(name, attributes["encoding"]);
      return;
    }
    if (keepsSpace) {
      this.verbatim++;
      this.isPreStart = name === "pre";
    }
    if (role === "equation") this.equations++;
    else if (role === "note") this.text(" [");
    else if (role === "mark") this.diverted ??= { name: "mark", text: "" };
    if (this.equations > 0 && isTablePart(name)) this.arrangeEquation(name);
    else this.openVisible(name, attributes, size ?? 0);
  }

  private openVisible(name: string, attributes: Attributes, items: number): void {
    const out = this.out();
    if (name === "title" && this.stack.every((open) => open.name !== "body")) this.title ??= "";
    else if (name === "math") {
      this.math = new MathReader(attributes["alttext"]);
      this.mathIsBlock = attributes["display"] === "block" && this.equations === 0;
    } else if (name === "table") this.tables.push(new TableReader(attributes["role"] === "presentation"));
    else if (name === "tr") this.tables.at(-1)?.openRow();
    else if (name === "td" || name === "th") this.tables.at(-1)?.openCell(attributes);
    else if (name === "ul" || name === "ol" || name === "menu") this.lists.push(new ListMarks(name === "ol", attributes, items, this.lists.at(-1)));
    else if (name === "sup" || name === "sub") this.diverted ??= { name, text: "" };
    else if (name === "q") this.text("“");
    else if (name === "img" && isTexImage.test(attributes["class"] ?? "") && attributes["alt"]) out.addText(plainTex(attributes["alt"]));
    if (name === "br") this.lineBreak();
    else if (name === "li") {
      out.breakLine(1);
      if (!isUnmarked(attributes)) out.mark(this.lists.at(-1)?.mark(attributes) ?? "- ");
    } else if (blocks.has(name)) this.out().breakLine(isInner(name, this.lists.length - 1) ? 1 : 2);
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level) {
      out.openHeading(Number(level));
      this.tables.at(-1)?.markPart();
    }
  }

  close(name: string): void {
    if (void_.has(name)) return;
    const place = this.stack.findLastIndex((open) => open.name === name);
    // The parser closes what is within before what is around it.
    const [closed] = place === -1 ? [] : this.stack.splice(place, 1);
    if (!closed) return;
    if (name === "script" && this.tex !== null) {
      const tex = this.tex;
      this.tex = null;
      this.hidden--;
      this.out().addText(plainTex(tex));
      return;
    }
    if (closed.isHidden) this.hidden--;
    if (this.hidden > 0 || closed.isHidden) return;
    if (this.math && name !== "math") {
      this.math.closeElement(name);
      return;
    }
    if (closed.keepsSpace) this.verbatim--;
    if (closed.role === "note") this.text("]");
    else if (closed.role === "mark") this.closeMark();
    if (this.equations > 0 && isTablePart(name)) this.arrangeEquation(name);
    else this.closeVisible(name);
    if (closed.role === "equation") this.equations--;
  }

  /** The number that a page itself writes before an item. */
  private closeMark(): void {
    if (this.diverted?.name !== "mark") return;
    const text = this.diverted.text.trim();
    this.diverted = null;
    if (text !== "") this.out().mark(`${this.lists.at(-1)?.indent ?? ""}${text} `);
  }

  /** Formulas in the cells of a table that only arranges them: a line a row. */
  private arrangeEquation(name: string): void {
    if (name === "table") this.out().breakLine(2);
    else if (name === "tr") this.out().breakLine(1);
    else this.text(" ");
  }

  private closeVisible(name: string): void {
    const out = this.out();
    if (name === "math" && this.math) {
      const formula = this.math.finish();
      this.math = null;
      if (this.mathIsBlock) out.breakLine(2);
      this.text(formula);
      if (this.mathIsBlock) out.breakLine(2);
    } else if (name === "table") {
      const table = this.tables.pop();
      if (table) {
        this.tables.at(-1)?.markPart();
        table.writeTo(this.out());
      }
    } else if (name === "td" || name === "th") this.tables.at(-1)?.closeCell();
    else if (name === "ul" || name === "ol" || name === "menu") this.lists.pop();
    else if (name === "q") this.text("”");
    else if ((name === "sup" || name === "sub") && this.diverted?.name === name) {
      const { text } = this.diverted;
      this.diverted = null;
      this.text(text.replace(text.trim(), () => writeShifted(name, text)));
    }
    if (/^h[1-6]$/.test(name)) out.closeHeading();
    if (name === "li") out.breakLine(1);
    else if (blocks.has(name)) this.out().breakLine(isInner(name, this.lists.length) ? 1 : 2);
  }

  text(text: string): void {
    if (this.tex !== null) this.tex += text;
    if (this.hidden > 0) return;
    if (this.stack.at(-1)?.name === "title" && this.title !== null) this.title += text;
    else if (this.math) this.math.text(text);
    else if (this.diverted) this.diverted.text += text;
    else if (this.verbatim > 0) {
      // The line break after the mark that opens it is none of its text.
      this.out().addVerbatim(this.isPreStart ? text.replace(/^\r?\n/, "") : text);
      this.isPreStart = false;
    } else this.out().addText(this.stack.at(-1)?.role === "tex" ? withoutBrackets(text) : text);
  }

  finish(): DocumentText {
    while (this.tables.length > 0) this.tables.pop()?.writeTo(this.out());
    const path = new SectionPath();
    for (const { level, title, start } of this.page.headings) path.enter(level, title, start);
    const title = this.title?.replace(/\s+/g, " ").trim() ?? "";
    return { title: title || (path.sections[0]?.path[0] ?? null), text: this.page.text, sections: path.sections, pages: [], failures: [] };
  }

  /** Text between the cells of a table belongs before it. */
  private out(): TextBuffer {
    return this.tables.findLast((table) => table.text !== null)?.text ?? this.page;
  }

  private lineBreak(): void {
    if (this.verbatim > 0) this.out().addVerbatim("\n");
    else this.out().breakLine(1);
  }
}

function isTablePart(name: string): boolean {
  return ["table", "thead", "tbody", "tfoot", "tr", "td", "th"].includes(name);
}

/** A list within an item of another, which follows on the next line. */
function isInner(name: string, around: number): boolean {
  return around > 0 && (name === "ul" || name === "ol" || name === "menu");
}

/** Of each `<ol>`, in the order in which they open: how many items are its own. */
function countItems(html: string): number[] {
  const counts: number[] = [];
  const open: (number | null)[] = [];
  const parser = new Parser({
    onopentagname: (name) => {
      if (name === "ol") open.push(counts.push(0) - 1);
      else if (name === "ul" || name === "menu") open.push(null);
      else if (name === "li") {
        const list = open.at(-1);
        if (list != null) counts[list] = (counts[list] ?? 0) + 1;
      }
    },
    onclosetag: (name) => {
      if (name === "ol" || name === "ul" || name === "menu") open.pop();
    },
  });
  parser.end(html);
  return counts;
}
