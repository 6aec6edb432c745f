import { describe, expect, it } from "vitest";
import { compareTexts, splitWords } from "./compare-texts";

describe("texts against references", () => {
  it("count words of any script, and the same letters however they are written", () => {
    expect(splitWords("Xin chào, thế-giới!")).toEqual(["Xin", "chào", "thế", "giới"]);
    expect(compareTexts("Tiếng Việt".normalize("NFD"), "tiếng việt", false).exact_match).toBe(1);
    expect(compareTexts("Tiếng Việt", "tiếng việt", true).exact_match).toBe(0);
  });

  it("have the ROUGE of Lin 2004, section 2 and 3.1", () => {
    // Candidate 2 of the paper: the longest common sequence is "the gunman", half of the reference's words and of its own.
    const found = compareTexts("the gunman kill police", "police killed the gunman", false);
    expect(found.rougeL).toBeCloseTo(0.5, 10);
    expect(found.rouge1).toBeCloseTo(0.75, 10);
    expect(found.rouge2).toBeCloseTo(1 / 3, 10);
    expect(compareTexts("police kill the gunman", "police killed the gunman", false).rougeL).toBeCloseTo(0.75, 10);
  });

  it("have a BLEU that clips repeated words and punishes brevity", () => {
    // Papineni et al. 2002, example 2: "the" occurs twice in the reference, so two of seven count.
    const repeated = compareTexts("the the the the the the the", "the cat is on the mat", false).bleu;
    expect(repeated).toBeCloseTo(Math.exp((Math.log(2 / 7) + Math.log(1 / 7) + Math.log(1 / 6) + Math.log(1 / 5)) / 4), 10);
    expect(compareTexts("the cat", "the cat is on the mat", false).bleu).toBeCloseTo(Math.exp(1 - 6 / 2), 10);
  });
});
