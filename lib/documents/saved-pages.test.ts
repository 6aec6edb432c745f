import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readHtml } from "./html-text";

/** Spaces that look like others: non-breaking, wide, thin. */
const [nbsp, em, thin] = ["\u00a0", "\u2003", "\u2009"];

const read = (name: string) => readHtml(readFileSync(join(import.meta.dirname, "..", "..", "tests", "fixtures", "documents", name), "utf8"));

it("reads a paper as LaTeXML writes it for arXiv: formulas, a note, numbered equations, a table, a list with its own numbers", () => {
  const { text, sections } = read("latexml-paper.html");
  expect(text).toBe(String.raw`Small Models Learn From Few Judged Rows

A. Nguyen ${em}${em} B. Đặng

Abstract

We show that n\geq 10^{3} rows suffice, with an error of \epsilon\leq 5\times 10^{-2}.

1 Method

Let p_{\theta}(y\mid x) be a model¹ [Of any size, such as 1.3\,\mathrm{B}.]. We minimise

\mathcal{L}(\theta)=-\frac{1}{N}\sum_{i=1}^{N}\log p_{\theta}(y_{i}\mid x_{i}) (1)

as in Section${nbsp}1 and (1); see [1].

1.1 Data

Table 1: Rows by source

Source | Rows | Kept
Web | 1,200 |${" "}
Books and papers | Books and papers | 87${thin}%

1. first, with H₂O

2. second

   (a) inner one

   (b) inner two

for x in rows:
    print(x)   # two spaces

a =b+c (2)
d =\sqrt{e} (3)

References

- [1] N. Author. A title. 2024.

Generated on Thu Nov 26 02:21:11 2026 by LATExml`);
  expect(sections.map(({ path }) => path.at(-1))).toEqual(["Small Models Learn From Few Judged Rows", "Abstract", "1 Method", "1.1 Data", "References"]);
});

it("reads a page of documentation as Sphinx writes it: code, formulas, an empty cell, a signature, no signs of links", () => {
  const { title, text } = read("sphinx-page.html");
  expect(title).toBe("Rowkit — Rowkit documentation");
  expect(text.slice(0, text.indexOf("\n\nNavigation"))).toBe(String.raw`Rowkit

Reads rows¹ of tables; the area is \pi r^2.

Note

Needs Python ${nbsp} 3.10 or later.

Usage

def read(path, *, rows=10):
    """Read the first rows."""
    with open(path) as file:
        return [line.rstrip("\n")   for line in file][:rows]

e^{i\pi} + 1 = 0

Options

Name | Default | Meaning
rows | 10 | how many
strict |  | stops at NaN

rowkit.read(path, *, rows=10) → list[str]

Returns lines.

Parameters:

path – the file

Raises:

OSError – if it cannot be read

1. first

2. second

   1. inner

Rowkit`);
});
