import { valueNamed } from "@/lib/core/named-values";
import { Parser } from "htmlparser2";
import { WordMathReader } from "./word-math";

/** What hides which element: the property, the element that holds it, and the one that is hidden. */
const hiders: Record<string, { within: string; hides: string }> = {
  "w:vanish": { within: "w:rPr", hides: "w:r" },
  "w:rStyle": { within: "w:rPr", hides: "w:r" },
  "w:pStyle": { within: "w:pPr", hides: "w:p" },
  "w:hidden": { within: "w:trPr", hides: "w:tr" },
};

interface Open {
  name: string;
  start: number;
  isHidden: boolean;
}

/** Elements that only say something of the runs in them, and that mammoth would leave out with those. */
const wrappers = new Set(["w:fldSimple", "w:dir", "w:bdo", "w:ruby", "w:rubyBase"]);
/** How a word is read aloud, above it, and what a wrapper says of itself. */
const asides = new Set(["w:rt", "w:rubyPr", "w:fldData"]);

/**
 * The XML of a part of a Word document with its formulas as text, and without what Word hides: neither is known to what reads
 * the rest. Everything else stays as it is, byte for byte. `hiddenStyles` are the ids of styles whose text is hidden.
 */
export function rewriteWordXml(xml: string, hiddenStyles: ReadonlySet<string>): string {
  const open: Open[] = [];
  let math: WordMathReader | null = null;
  let written = "";
  let copied = 0;
  const replace = (start: number, end: number, text: string): void => {
    if (start < copied) return;
    written += xml.slice(copied, start) + text;
    copied = end;
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (math) { math.openElement(bare(name), attributes["m:val"]); return; }
        if (name === "m:oMath") math = new WordMathReader();
        // mammoth does not know the element around a displayed formula and would leave it out with its content.
        if (name === "m:oMathPara") replace(parser.startIndex, parser.endIndex + 1, "");
        if (wrappers.has(name)) replace(parser.startIndex, parser.endIndex + 1, "");
        const hider = valueNamed(hiders, name);
        if (hider && open.at(-1)?.name === hider.within && isSet(name, attributes["w:val"], hiddenStyles)) {
          const hidden = open.findLast((element) => element.name === hider.hides);
          if (hidden && open.indexOf(hidden) === open.length - 2) hidden.isHidden = true;
        }
        open.push({ name, start: parser.startIndex, isHidden: false });
      },
      ontext(text) {
        math?.text(text);
      },
      onclosetag(name) {
        if (math && name !== "m:oMath") { math.closeElement(bare(name)); return; }
        const closed = open.pop();
        if (!closed) return;
        const end = parser.endIndex + 1;
        if (math) {
          const text = math.finish();
          math = null;
          replace(closed.start, end, text === "" ? "" : `<w:r><w:t xml:space="preserve">${escapeXml(text)}</w:t></w:r>`);
        } else if (closed.isHidden) replace(closed.start, end, "");
        else if (asides.has(name)) replace(closed.start, end, "");
        else if (name === "m:oMathPara" || wrappers.has(name)) replace(parser.startIndex, end, "");
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  return written + xml.slice(copied);
}

function isSet(name: string, value: string | undefined, hiddenStyles: ReadonlySet<string>): boolean {
  if (name.endsWith("Style")) return value !== undefined && hiddenStyles.has(value);
  return value === undefined || !/^(0|false|off)$/.test(value);
}

/** Ids of the styles of `word/styles.xml` whose text is hidden, by themselves or by what they are based on. */
export function findHiddenStyles(xml: string): Set<string> {
  const styles: { id: string; basedOn: string | null; isHidden: boolean | null }[] = [];
  const path: string[] = [];
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const style = styles.at(-1);
        if (name === "w:style") styles.push({ id: attributes["w:styleId"] ?? "", basedOn: null, isHidden: null });
        else if (style && name === "w:basedOn") style.basedOn = attributes["w:val"] ?? null;
        else if (style && name === "w:vanish" && path.at(-1) === "w:rPr" && path.at(-2) === "w:style") style.isHidden = isSet(name, attributes["w:val"], new Set());
        path.push(name);
      },
      onclosetag: () => void path.pop(),
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  const byId = new Map(styles.map((style) => [style.id, style]));
  const isHidden = (id: string, seen: ReadonlySet<string> = new Set()): boolean => {
    const style = byId.get(id);
    if (!style || seen.has(id)) return false;
    return style.isHidden ?? (style.basedOn !== null && isHidden(style.basedOn, new Set([...seen, id])));
  };
  return new Set(styles.map(({ id }) => id).filter((id) => isHidden(id)));
}

function bare(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
