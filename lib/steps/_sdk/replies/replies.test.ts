import { describe, expect, it } from "vitest";
import corpus from "./corpus.json" with { type: "json" };
import { findJson } from "./parse-json-reply";
import { parseScore } from "./parse-score";
import { parseVerdict, swapVerdict } from "./parse-verdict";
import { findAnyYes, parseYesNo } from "./parse-yes-no";

/** At least so much of the corpus is read as a person reads it; the rest is unreadable, and none is read as another. */
const LEAST_SHARE = 0.98;

interface Reading {
  reply: string;
  expected: unknown;
  read: unknown;
}

function checkCorpus(name: string, readings: Reading[]): void {
  const right = readings.filter(({ expected, read }) => read === expected);
  const wrong = readings.filter(({ expected, read }) => read !== expected && read !== null);
  const share = right.length / readings.length;
  process.stdout.write(`${name}: ${String(right.length)} of ${String(readings.length)} replies read as expected (${(100 * share).toFixed(1)} %), ${String(wrong.length)} read as another\n`);
  expect(wrong).toEqual([]);
  expect(share).toBeGreaterThanOrEqual(LEAST_SHARE);
}

describe("the corpus of replies", () => {
  it("has scores that are read as a person reads them", () => {
    expect(corpus.scores.length).toBeGreaterThanOrEqual(200);
    checkCorpus("Scores", corpus.scores.map(({ reply, score }) => ({ reply, expected: score, read: parseScore(reply) })));
  });

  it("has verdicts, likewise", () => {
    const shown = { a: "Response A", b: "Response B" };
    checkCorpus("Verdicts", corpus.verdicts.map(({ reply, verdict }) => ({ reply, expected: verdict, read: parseVerdict(reply, shown) })));
  });

  it("has answers of yes and no, likewise", () => {
    const wordsOf = (answer: (typeof corpus.answers)[number]) => ({ yes: ("yes" in answer && answer.yes) || ["yes"], no: ("no" in answer && answer.no) || ["no"] });
    checkCorpus("Answers", corpus.answers.map((answer) => ({ reply: answer.reply, expected: answer.answer, read: parseYesNo(answer.reply, wordsOf(answer)) })));
  });

  it("is read in time that grows with a reply's length, whatever is in it", () => {
    const long = ["1 ", "score ", "({[", "a:", "|", " ", "★", "1 = a ", "<think>", "yes or no ", "Response A or ", "Response A is more helpful ", "no, yes ", "không đúng ", "7. No, ", "6 -> "].map((piece) => piece.repeat(30_000 / piece.length));
    const started = performance.now();
    for (const reply of long) {
      parseScore(reply);
      parseVerdict(reply, { a: "Response A", b: "Response B" });
      parseYesNo(reply, { yes: ["yes"], no: ["no"] });
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

const english = { yes: ["yes"], no: ["no"] };
const vietnamese = { yes: ["có", "đúng"], no: ["không", "sai"] };

describe("parseYesNo", () => {
  it.each([
    ["Yes", true],
    ["yes.", true],
    ["**Yes**", true],
    ["No, yes", true],
    ["yesterday", null],
    ["No.", false],
    ["I do not know", null],
    ["", null],
    ["Nope", null],
    ["Answer: YES\n", true],
    ["🙂yes🙂", true],
  ])("reads %j as %s", (reply, expected) => {
    expect(parseYesNo(reply, english)).toBe(expected);
  });

  it.each([
    ["Có", true],
    ["Có".normalize("NFD"), true],
    ["CÓ.", true],
    ["Không", false],
    ["Không".normalize("NFD"), false],
    // “cóc” is a toad.
    ["cóc", null],
    ["co", null],
    ["Đúng vậy", true],
  ])("reads the Vietnamese %j as %s, however its diacritics were typed", (reply, expected) => {
    expect(parseYesNo(reply, vietnamese)).toBe(expected);
  });

  it("reads scripts that are written without spaces, and from right to left", () => {
    expect(parseYesNo("我觉得是的。", { yes: ["是的"], no: ["不是"] })).toBe(true);
    expect(parseYesNo("نعم، هذا صحيح", { yes: ["نعم"], no: ["لا"] })).toBe(true);
    expect(parseYesNo("כן.", { yes: ["כן"], no: ["לא"] })).toBe(true);
  });
});

describe("parseScore", () => {
  it.each([
    ["Score: 7.", 7],
    ["7", 7],
    ["7.5", 7.5],
    ["7,5", 7.5],
    ["1,000", 1000],
    ["3/10", 3],
    ["I give it 8 out of 10.", 8],
    ["-2", -2],
    ["−2", -2],
    ["Score: -2", -2],
    ["8-9", null],
    ["a. 5", 5],
    ["...", null],
    ["none", null],
    ["", null],
    ["**9**", 9],
    ["There are 2 faults. Score: 4", 4],
    ["There are 2 faults, so 4/10", 4],
    ["GPT-4 says 6", 6],
    ["Điểm: 8", 8],
    ["Điểm số là 9,5", 9.5],
    ["Điểm: 8".normalize("NFD"), 8],
    ["评分：７", 7],
    ["النتيجة ٥", 5],
    ["⭐ 4", 4],
    ["0", 0],
  ])("reads %j as %s", (reply, expected) => {
    expect(parseScore(reply)).toBe(expected);
  });
});

describe("parseVerdict", () => {
  const labels = { a: "Input A", b: "Input B" };
  it.each([
    ["Input A", "a"],
    ["input b.", "b"],
    ["**Input B** is better", "b"],
    ["Input A and Input B are equal", "tie"],
    ["Both are fine", null],
    ["", null],
    ["Input A is short, Input B is whole.\n\nInput B", "b"],
    ["Input Able", null],
  ])("reads %j as %s", (reply, expected) => {
    expect(parseVerdict(reply, labels)).toBe(expected);
  });

  it("reads labels in other languages, and turns a verdict on a swapped pair back", () => {
    expect(parseVerdict("Tôi chọn Câu trả lời B".normalize("NFD"), { a: "Câu trả lời A", b: "Câu trả lời B" })).toBe("b");
    expect([swapVerdict("a"), swapVerdict("b"), swapVerdict(null)]).toEqual(["b", "a", null]);
  });
});

describe("findAnyYes", () => {
  it("keeps DataDreamer's rule: a “yes” anywhere decides", () => {
    expect(findAnyYes("Answer: **No**. A yes would need a source.", english)).toBe(true);
    expect(findAnyYes("No.", english)).toBe(false);
    expect(findAnyYes("Perhaps.", english)).toBeNull();
  });
});

describe("findJson", () => {
  it.each([
    ['{"a": 1}', [{ a: 1 }]],
    ['```json\n{"a": 1}\n```', [{ a: 1 }]],
    ['Sure, here it is [as asked]: {"a": "}"} Good luck!', [{ a: "}" }]],
    ['{"a": "quote \\" and } brace"} trailing {', [{ a: 'quote " and } brace' }]],
    ['{"tên": "Ánh", "ghi chú": "שלום 🙂"}', [{ tên: "Ánh", "ghi chú": "שלום 🙂" }]],
    ["[1, 2]", [[1, 2]]],
    ['[1] says {"id": 7}', [[1], { id: 7 }]],
    ['{"thought": "hm"}\n{"id": 7}', [{ thought: "hm" }, { id: 7 }]],
    ['{"a": [1, {"b": 2},],}', [{ a: [1, { b: 2 }] }]],
    ['{"a": "one, ]", "b": "two\nlines",}', [{ a: "one, ]", b: "two\nlines" }]],
    ['{"a": 1', []],
    ["no JSON", []],
    ["", []],
  ])("reads %j", (reply, expected) => {
    expect(findJson(reply).map(({ value }) => value)).toEqual(expected);
  });
});
