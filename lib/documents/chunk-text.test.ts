import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkDocument } from "./chunk-document";
import { type ChunkBy, type ChunkOptions, chunkText } from "./chunk-text";
import type { DocumentText } from "./document";
import { openSizer, type SizeUnit } from "./text-sizer";

const sizers = { characters: await openSizer("characters"), words: await openSizer("words"), tokens: await openSizer("tokens") };

const piece = fc.constantFrom("Hello world. ", "Xin chào! ", "Tiếng Việt có dấu. ", "今天天气很好。", "我们去公园吧！", "مرحبا بالعالم. ", "كيف حالك؟ ", "a", " ", "\n", "\n\n", "  \n \n", "e\u0301", "👩‍👩‍👧", "\u{1F600}", "Supercalifragilistic", "\r\n", "# Title\n");
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
const options = fc
  .record({ by: fc.constantFrom<ChunkBy>("heading", "paragraph", "sentence", "size"), size: fc.integer({ min: 20, max: 120 }), overlap: fc.integer({ min: 0, max: 10 }), unit: fc.constantFrom<SizeUnit>("characters", "words", "tokens"), language: fc.constantFrom("", "vi", "zh", "ar") });

function makeDocument(content: string): DocumentText {
  const sections = [...content.matchAll(/# Title\n/g)].map(({ index }) => ({ start: index, path: ["Title"] }));
  return { title: null, text: content, sections, pages: [], failures: [] };
}

function chunksOf(content: string, given: Partial<ChunkOptions>, unit: SizeUnit = "characters"): string[] {
  const all = { by: "paragraph" as const, size: 40, overlap: 0, language: "", ...given, sizer: sizers[unit] };
  return [...chunkDocument(makeDocument(content), all)].map((chunk) => chunk.text);
}

describe("chunkText", () => {
  it("covers all of the text, in order, and overlaps by no more than is asked for", () => {
    fc.assert(
      fc.property(text, options, (content, { unit, ...given }) => {
        let covered = 0;
        let last = -1;
        for (const { start, end } of chunkText(makeDocument(content), given, sizers[unit])) {
          expect(start).toBeLessThanOrEqual(covered);
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(covered);
          if (unit !== "tokens") expect(sizers[unit].measure(content.slice(start, covered))).toBeLessThanOrEqual(given.overlap);
          covered = end;
          last = start;
        }
        expect(covered).toBe(content.length);
      }),
      { numRuns: 400 },
    );
  });

  it("makes no chunk larger than is asked for", () => {
    fc.assert(
      fc.property(text, options, (content, { unit, ...given }) => {
        // Words and characters are exact; what is next to a token changes it a little.
        const slack = unit === "tokens" ? 1.3 : 1;
        for (const { start, end } of chunkText(makeDocument(content), given, sizers[unit])) expect(sizers[unit].measure(content.slice(start, end))).toBeLessThanOrEqual(given.size * slack);
      }),
      { numRuns: 400 },
    );
  });

  it("gives offsets in code points that give back the exact text", () => {
    fc.assert(
      fc.property(text, options, (content, { unit, ...given }) => {
        const points = [...content];
        for (const chunk of chunkDocument(makeDocument(content), { ...given, sizer: sizers[unit] })) {
          expect(points.slice(chunk.start, chunk.start + [...chunk.text].length).join("")).toBe(chunk.text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("keeps an accent with its letter and a family together", () => {
    expect(chunksOf("e\u0301e\u0301e\u0301", { by: "size", size: 2 })).toEqual(["e\u0301", "e\u0301", "e\u0301"]);
    expect(chunksOf("👩‍👩‍👧👩‍👩‍👧", { by: "size", size: 5 })).toEqual(["👩‍👩‍👧", "👩‍👩‍👧"]);
  });

  it("cuts by characters with an exact overlap", () => {
    expect(chunksOf("abcdefghij", { by: "size", size: 4, overlap: 2 })).toEqual(["abcd", "cdef", "efgh", "ghij"]);
  });

  it("packs whole paragraphs, and cuts a long one at its sentences", () => {
    expect(chunksOf("One.\n\nTwo.\n\nThree is longer.", { size: 12 })).toEqual(["One.\n\nTwo.", "Three is", "longer."]);
    expect(chunksOf("First one here. Second one\nhere. Third.", { by: "sentence", size: 22 })).toEqual(["First one here.", "Second one\nhere.", "Third."]);
  });

  it.each([
    ["vi", "Hôm nay trời đẹp. Chúng ta đi công viên nhé! Bạn có thích không?"],
    ["zh", "今天天气很好。我们去公园吧！你喜欢吗？"],
    ["ar", "الجو جميل اليوم. لنذهب إلى الحديقة! هل يعجبك ذلك؟"],
  ])("finds the sentences of %s", (language, content) => {
    const found = chunksOf(content, { by: "sentence", size: Math.ceil(content.length / 2.2), language });
    expect(found.join(" ").replaceAll(" ", "")).toBe(content.replaceAll(" ", ""));
    expect(chunksOf(content, { by: "sentence", size: 30, language }).every((chunk) => /[.!?。！？؟]$/.test(chunk))).toBe(true);
  });

  it("keeps each heading's part to itself", () => {
    expect(chunksOf("before\n# Title\none\n\ntwo\n# Title\nthree", { by: "heading", size: 100 })).toEqual(["before", "# Title\none\n\ntwo", "# Title\nthree"]);
  });

  it("counts tokens", () => {
    const content = "The quick brown fox jumps over the lazy dog. ".repeat(20);
    const found = chunksOf(content, { by: "size", size: 30, overlap: 5 }, "tokens");
    expect(found.length).toBeGreaterThan(6);
    for (const chunk of found) expect(sizers.tokens.measure(chunk)).toBeLessThanOrEqual(31);
    expect(() => sizers.tokens.measure("<|endoftext|>")).not.toThrow();
  });
});
