import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packZip } from "@/tests/support/make-files";
import { describe, expect, it } from "vitest";
import { readDocx } from "./read-docx";
import { findHiddenStyles, rewriteWordXml } from "./word-xml";

const run = (text: string, properties = ""): string => `<w:r>${properties === "" ? "" : `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;
const t = (text: string): string => `<m:r><m:t>${text}</m:t></m:r>`;
const formula = (content: string): string => rewriteWordXml(`<w:p><m:oMath>${content}</m:oMath></w:p>`, new Set());

describe("formulas of Word", () => {
  it.each([
    [`<m:f><m:fPr><m:ctrlPr/></m:fPr><m:num>${t("1")}</m:num><m:den>${t("a+b")}</m:den></m:f>`, "1/(a+b)"],
    [`<m:f><m:num>${t("(a)+(b)")}</m:num><m:den>${t("c")}</m:den></m:f>`, "((a)+(b))/c"],
    [`<m:d><m:dPr/><m:e><m:f><m:fPr><m:type m:val="noBar"/></m:fPr><m:num>${t("n")}</m:num><m:den>${t("k")}</m:den></m:f></m:e></m:d>`, "(n¦k)"],
    [`<m:sSup><m:e>${t("x")}</m:e><m:sup>${t("2")}</m:sup></m:sSup>${t("+1")}`, "x^2+1"],
    [`<m:sSubSup><m:e>${t("x")}</m:e><m:sub>${t("i,j")}</m:sub><m:sup>${t("2")}</m:sup></m:sSubSup>`, "x_(i,j)^2"],
    [`<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e>${t("x+y")}</m:e></m:rad>`, "√(x+y)"],
    [`<m:rad><m:deg>${t("3")}</m:deg><m:e>${t("8")}</m:e></m:rad>`, "root(8, 3)"],
    [`<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${t("i=1")}</m:sub><m:sup>${t("n")}</m:sup><m:e>${t("i")}</m:e></m:nary>`, "∑_(i=1)^n i"],
    [`<m:nary><m:sub/><m:sup/><m:e>${t("f")}</m:e></m:nary>`, "∫ f"],
    [`<m:d><m:dPr><m:begChr m:val="{"/><m:endChr m:val=""/></m:dPr><m:e><m:eqArr><m:e>${t("a")}</m:e><m:e>${t("b")}</m:e></m:eqArr></m:e></m:d>`, "{a; b"],
    [`<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e><m:m><m:mr><m:e>${t("a")}</m:e><m:e>${t("b")}</m:e></m:mr><m:mr><m:e>${t("c")}</m:e><m:e>${t("d")}</m:e></m:mr></m:m></m:e></m:d>`, "[a b; c d]"],
    [`<m:func><m:fName>${t("sin")}</m:fName><m:e>${t("x")}</m:e></m:func>`, "sin x"],
    [`<m:func><m:fName>${t("f")}</m:fName><m:e><m:d><m:e>${t("x")}</m:e><m:e>${t("y")}</m:e></m:d></m:e></m:func>`, "f(x|y)"],
    [t("a &lt; b &amp; c"), "a &lt; b &amp; c"],
  ])("%s", (content, expected) => {
    expect(formula(content)).toBe(`<w:p><w:r><w:t xml:space="preserve">${expected}</w:t></w:r></w:p>`);
  });

  it("may be displayed on a separate line, and what is around it stays as it is", () => {
    const before = '<w:p w:rsid="1"><w:r><w:t>a &amp; b</w:t></w:r>';
    expect(rewriteWordXml(`${before}<m:oMathPara><m:oMath>${t("x")}</m:oMath></m:oMathPara></w:p>`, new Set())).toBe(`${before}<w:r><w:t xml:space="preserve">x</w:t></w:r></w:p>`);
  });
});

describe("what Word hides", () => {
  it.each([
    [`<w:p>${run("a")}${run("b", "<w:vanish/>")}${run("c")}</w:p>`, `<w:p>${run("a")}${run("c")}</w:p>`],
    [`<w:p>${run("a", '<w:vanish w:val="0"/>')}</w:p>`, `<w:p>${run("a", '<w:vanish w:val="0"/>')}</w:p>`],
    [`<w:p>${run("a", '<w:rStyle w:val="Secret"/>')}${run("b", '<w:rStyle w:val="Strong"/>')}</w:p>`, `<w:p>${run("b", '<w:rStyle w:val="Strong"/>')}</w:p>`],
    [`<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc><w:p>${run("a")}</w:p></w:tc></w:tr><w:tr><w:tc/></w:tr></w:tbl>`, "<w:tbl><w:tr><w:tc/></w:tr></w:tbl>"],
    // The mark of the paragraph is hidden, its text is not.
    [`<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>${run("a")}</w:p>`, `<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>${run("a")}</w:p>`],
  ])("%s", (xml, expected) => {
    expect(rewriteWordXml(xml, new Set(["Secret"]))).toBe(expected);
  });

  it("may be said by a style, or by what it is based on", () => {
    const style = (id: string, content: string): string => `<w:style w:type="character" w:styleId="${id}">${content}</w:style>`;
    const styles = style("A", "<w:rPr><w:vanish/></w:rPr>") + style("B", '<w:basedOn w:val="A"/>') + style("C", '<w:basedOn w:val="A"/><w:rPr><w:vanish w:val="false"/></w:rPr>') + style("D", "<w:rPr><w:b/></w:rPr>");
    expect([...findHiddenStyles(`<w:styles>${styles}</w:styles>`)]).toEqual(["A", "B"]);
  });
});

it("reads text within simple fields, runs of a direction and words with their reading above them", async () => {
  const space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const relations = "http://schemas.openxmlformats.org/package/2006/relationships";
  const field = (kind: string, text: string): string => `<w:fldSimple w:instr=" ${kind} "><w:fldData>AAA=</w:fldData>${run(text)}</w:fldSimple>`;
  const ruby = `<w:r><w:ruby><w:rubyPr><w:lid w:val="ja-JP"/></w:rubyPr><w:rt>${run("かん")}</w:rt><w:rubyBase>${run("漢")}</w:rubyBase></w:ruby></w:r>`;
  const body = `<w:p>${run("Figure ")}${field("SEQ Figure", "1")}${run(": of ")}${field("MERGEFIELD name", "Ada")}${field("DATE", "")}</w:p><w:p><w:dir w:val="rtl">${run("שלום")}</w:dir>${run(" and ")}<w:bdo w:val="ltr">${run("abc")}</w:bdo></w:p><w:p>${ruby}${run("字")}</w:p>`;
  const path = join(await mkdtemp(join(tmpdir(), "reverie-word-")), "fields.docx");
  await writeFile(
    path,
    await packZip({
      "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
      "_rels/.rels": `<Relationships xmlns="${relations}"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      "word/document.xml": `<w:document ${space}><w:body>${body}</w:body></w:document>`,
    }),
  );
  expect((await readDocx({ path, name: "fields.docx" })).text).toBe("Figure 1: of Ada\n\nשלום and abc\n\n漢字");
  await rm(dirname(path), { recursive: true });
});

it("reads a document that pandoc wrote as pandoc reads it: formulas, a table with an empty cell, lists, code, a note", async () => {
  const path = join(import.meta.dirname, "..", "..", "tests", "fixtures", "documents", "pandoc-formulas.docx");
  const { title, text, sections } = await readDocx({ path, name: "pandoc-formulas.docx" });
  expect(text).toBe(`Doses

Half-life

The half-life is t_(1/2)=(ln 2)/k and the area πr^2, with √(x^2+y^2) and root(a+b, 3).

∑_(i=1)^n i=(n(n+1))/2,\u2001∫_0^∞ e^(−x)\u2009dx=1

[a b; c d](n¦k)x̂y̅lim_(x→0)sin(x)f′(x)_6^14Cx_i^2

Drug | Dose | Route
A | 5×10^(−3) g | oral
B |  | IV

1. first
2. second
   1. inner

Text with a note[1] and H₂O, 10⁶, code  with  spaces.

def f(x):
    return x

1. The note has α≤β.`);
  expect(title).toBe("Doses");
  expect(sections).toEqual([{ start: 0, path: ["Doses"] }, { start: 7, path: ["Half-life"] }]);
});
