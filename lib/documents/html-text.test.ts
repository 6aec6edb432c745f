import { describe, expect, it } from "vitest";
import { readHtml } from "./html-text";

const text = (html: string): string => readHtml(html).text;

describe("white space of a page", () => {
  it.each([
    ["The bridge is 10&nbsp;km long and&nbsp;costs 5&nbsp;000&#160;EUR. Tiếng&nbsp;Việt", "The bridge is 10\u00a0km long and\u00a0costs 5\u00a0000\u00a0EUR. Tiếng\u00a0Việt"],
    ["&lt;tag&gt; &nbsp;x", "<tag> \u00a0x"],
    ["a &amp; b &copy; &hellip; &#x1F600; &xyzzy;", "a & b © … 😀 &xyzzy;"],
    ["<p>one <b>two</b>\n three</p><p>four</p>", "one two three\n\nfour"],
    ["a<br>b<div>c</div>d", "a\nb\n\nc\n\nd"],
    ["<b>a </b> <i> b</i>", "a b"],
    ["x&#8239;y&#8201;z", "x\u202fy\u2009z"],
  ])("%s", (html, expected) => {
    expect(text(html)).toBe(expected);
  });
});

describe("code", () => {
  it("stands as it does, whatever colours it", () => {
    const code = "<pre>\n<span>def</span> <span>add</span>(<span>a</span>, b):\n    <span>return</span> <span>a</span> <span>+</span> b\n\n<span>print</span>(add(<span>1</span>, <span>2</span>))\n</pre>";
    expect(text(`<p>Before</p>${code}<p>After</p>`)).toBe("Before\n\ndef add(a, b):\n    return a + b\n\nprint(add(1, 2))\n\nAfter");
  });
  it("keeps its own first spaces, its breaks and what only styles keep", () => {
    expect(text("<pre>  x\n\ty</pre>")).toBe("  x\n\ty");
    expect(text("<pre><code><span>a</span>\n</code><span>  b</span><br>c</pre>")).toBe("a\n  b\nc");
    expect(text('<div style="white-space: pre-wrap">a   b\n c</div>')).toBe("a   b\n c");
  });
});

describe("formulas", () => {
  it.each([
    ['The area is <math alttext="\\pi r^2"><mi>π</mi></math> where <math><semantics><mi>r</mi><annotation encoding="application/x-tex">r</annotation></semantics></math> is the radius', "The area is \\pi r^2 where r is the radius"],
    ["so <math><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><mfrac><mn>1</mn><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mfrac></math>.", "so x^2=1/(a+b)."],
    ['<span class="mwe-math-element"><span class="mwe-math-mathml-inline mwe-math-mathml-a11y" style="display: none;"><math alttext="{\\displaystyle E=mc^{2}}"><mi>E</mi></math></span><img alt="{\\displaystyle E=mc^{2}}" aria-hidden="true" class="mwe-math-fallback-image-inline"></span> holds', "E=mc^{2} holds"],
    ['a <span class="katex"><span class="katex-mathml"><math><semantics><mi>k</mi><annotation encoding="application/x-tex">k</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span>k</span></span></span> b', "a k b"],
    ['x <script type="math/tex">y^2</script> z', "x y^2 z"],
    ['<img class="tex" alt="a+b"> and <img alt="a cat">', "a+b and"],
  ])("%s", (html, expected) => {
    expect(text(html)).toBe(expected);
  });
});

describe("raised and lowered text", () => {
  it.each([
    ["10<sup>6</sup> m<sup>2</sup>, H<sub>2</sub>O", "10⁶ m², H₂O"],
    ["10<sup>-3</sup> x<sup>k+1</sup> a<sub>ij</sub> e<sup>x</sup>", "10⁻³ x^(k+1) a_(ij) e^x"],
    ["1<sup>st</sup> word<sup>[1]</sup> note<sup>*</sup>", "1st word[1] note*"],
  ])("%s", (html, expected) => {
    expect(text(html)).toBe(expected);
  });
});

describe("tables", () => {
  const rows = (...cells: string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  it("keep the place of an empty cell, and paragraphs within their cell", () => {
    expect(text(`<table>${rows("Name", "Age", "City")}${rows("Bob", "", "Paris")}${rows("", "7", "Rome")}</table>`)).toBe("Name | Age | City\nBob |  | Paris\n | 7 | Rome");
    expect(text(`<table>${rows("<p>Drug</p>", "<p>Dose</p>", "<p>Route</p>")}${rows("<p>A</p>", "<p>5 mg</p>", "<p>oral</p>")}${rows("<p>B</p>", "<p></p>", "<p>IV</p>")}</table>`)).toBe("Drug | Dose | Route\nA | 5 mg | oral\nB |  | IV");
    expect(text(`<table>${rows("<p>a</p><p>b</p>", "<ul><li>x</li><li>y</li></ul>")}</table>`)).toBe("a b | - x - y");
  });
  it("repeat what spans cells, so that every row reads by itself", () => {
    expect(text('<table><tr><th colspan="2">Q1</th><th>Q2</th></tr><tr><td>a</td><td>b</td><td>c</td></tr></table>')).toBe("Q1 | Q1 | Q2\na | b | c");
    expect(text('<table><tr><td rowspan="2">2020</td><td>x</td></tr><tr><td>y</td></tr><tr><td>2021</td><td>z</td></tr></table>')).toBe("2020 | x\n2020 | y\n2021 | z");
    expect(text('<table><tr><td colspan="3">Group A</td></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>')).toBe("Group A\n1 | 2 | 3");
  });
  it("that only arrange a page are its parts, with their headings", () => {
    const page = readHtml("<table><tr><td>Menu</td><td><h1>Title</h1><p>One</p><p>Two</p></td></tr></table>");
    expect(page.text).toBe("Menu\n\nTitle\n\nOne\n\nTwo");
    expect(page.sections).toEqual([{ start: 6, path: ["Title"] }]);
    expect(text(`<p>a</p><table><caption>T</caption>${rows("x", "y")}</table><p>b</p>`)).toBe("a\n\nT\n\nx | y\n\nb");
  });
});

describe("lists", () => {
  it.each([
    ["<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"],
    ['<ol start="5"><li>a</li><li value="9">b</li><li>c</li></ol>', "5. a\n9. b\n10. c"],
    ["<ol reversed><li>a<ul><li>x</li></ul></li><li>b</li><li>c</li></ol>", "3. a\n   - x\n2. b\n1. c"],
    ['<ol type="a"><li>x</li><li>y</li></ol><ol type="I" start="4"><li>z</li></ol>', "a. x\nb. y\n\nIV. z"],
    ["<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n\n- b"],
  ])("%s", (html, expected) => {
    expect(text(html)).toBe(expected);
  });
});

describe("what a page hides", () => {
  it.each([
    'a<span style="display:none">x</span>b',
    "a<span hidden>x</span>b",
    'a<span aria-hidden="true">x</span>b',
    'a<span style="mso-hide:all">x</span>b',
    "a<script>x</script><style>x</style><template>x</template>b",
    "a<div hidden><p>x</p><img alt=x><br></div>b",
    "a<dialog>x</dialog>b",
    "a<svg><title>x</title></svg>b",
  ])("is left out: %s", (html) => {
    expect(text(html).replace(/\s/g, "")).toBe("ab");
  });
  it("leaves what stands after it", () => {
    expect(readHtml('<title>T</title><body><h2>A <i>b</i></h2><p style="display: none">x<br>y</p><p>c</p>')).toMatchObject({ title: "T", text: "A b\n\nc", sections: [{ start: 0, path: ["A b"] }] });
  });
});
