import { describe, expect, it } from "vitest";
import { type PdfPiece, writeLines } from "./pdf-lines";

/** A line of pieces, each beside the one before: text, and how far it is raised or set apart, in points. */
function line(y: number, ...parts: (string | { text: string; size?: number; rise?: number; gap?: number })[]): PdfPiece[] {
  let x = 50;
  const pieces = parts.map((part): PdfPiece => {
    const { text, size = 12, rise = 0, gap = 0 } = typeof part === "string" ? { text: part } : part;
    x += gap;
    const piece = { str: text, transform: [size, 0, 0, size, x, y + rise], width: (text.length * size) / 2, hasEOL: false, fontName: "text" };
    x += piece.width;
    return piece;
  });
  return [...pieces, { str: "", transform: [12, 0, 0, 12, 50, y], width: 0, hasEOL: true, fontName: "text" }];
}

const code = (y: number, indent: number, text: string): PdfPiece[] => [
  ...[...text.matchAll(/\S+/g)].map(([word], place, all): PdfPiece => ({ str: word, transform: [10, 0, 0, 10, 50 + 6 * (indent + (all[place]?.index ?? 0)), y], width: 6 * word.length, hasEOL: false, fontName: "mono" })),
  { str: "", transform: [10, 0, 0, 10, 50, y], width: 0, hasEOL: true, fontName: "mono" },
];

const write = (...lines: PdfPiece[][]): string => writeLines(lines.flat(), (fontName) => fontName === "mono");

describe("lines of a PDF", () => {
  it("have exponents, indices and marks of notes as such, and small letters on the line as they are", () => {
    expect(write(line(700, "n = 10", { text: "−", size: 8, rise: 5 }, { text: "3", size: 8, rise: 5 }, { text: " ", size: 8, rise: 5 }, "of H", { text: "2", size: 8, rise: -2 }, "O"))).toBe("n = 10⁻³ of H₂O");
    expect(write(line(700, "x", { text: "k+1", size: 8, rise: 5 }, " and the 1", { text: "st", size: 8, rise: 5 }))).toBe("x^(k+1) and the 1st");
    expect(write(line(700, { text: "1", size: 7, rise: 4 }, " Of any size."))).toBe("¹ Of any size.");
    expect(write(line(700, "10", { text: "6", size: 8, rise: 5 }))).toBe("10⁶");
    expect(write(line(700, "S", { text: "MALL", size: 9 }, " caps"))).toBe("SMALL caps");
  });

  it("are paragraphs if they are far apart", () => {
    expect(write(line(700, "one"), line(686, "two"), line(660, "three"))).toBe("one\ntwo\n\nthree");
  });

  it("keep the indentation and the spaces of code", () => {
    expect(write(line(720, "So:"), code(700, 0, "def f(x):"), code(688, 4, "return x   # x"), code(676, 0, "f(1)"))).toBe("So:\n\ndef f(x):\n    return x   # x\nf(1)");
  });

  it("have a tab where columns are apart, and a space between words", () => {
    expect(write(line(700, "Web", { text: " ", gap: 0 }, { text: "1,200", gap: 60 }, { text: " ", gap: 0 }, { text: "rows", gap: 2 }))).toBe("Web\t1,200 rows");
  });
});
