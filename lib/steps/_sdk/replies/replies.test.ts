import { describe, expect, it } from "vitest";
import { parseJsonReply } from "./parse-json-reply";
import { parseScore } from "./parse-score";
import { parseVerdict, swapVerdict } from "./parse-verdict";
import { parseYesNo } from "./parse-yes-no";

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
    ["8-9", 8],
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
    ["Input A and Input B are equal", null],
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

describe("parseJsonReply", () => {
  it.each([
    ['{"a": 1}', { a: 1 }],
    ['```json\n{"a": 1}\n```', { a: 1 }],
    ['Sure, here it is [as asked]: {"a": "}"} Good luck!', { a: "}" }],
    ['{"a": "quote \\" and } brace"} trailing {', { a: 'quote " and } brace' }],
    ['{"tên": "Ánh", "ghi chú": "שלום 🙂"}', { tên: "Ánh", "ghi chú": "שלום 🙂" }],
    ["[1, 2]", [1, 2]],
    ['{"a": [1, {"b": 2}]}', { a: [1, { b: 2 }] }],
    ['{"a": 1', undefined],
    ["no JSON", undefined],
    ["", undefined],
  ])("reads %j", (reply, expected) => {
    expect(parseJsonReply(reply)).toEqual(expected);
  });
});
