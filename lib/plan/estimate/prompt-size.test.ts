import { describe, expect, it } from "vitest";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { sizeOfPrompt, sizeOfTemplate } from "./prompt-size";
import { lengthsOfTyped } from "./typed-lengths";

describe("the length of a prompt", () => {
  it("is its template's with the columns in their places", () => {
    expect(sizeOfTemplate("Say {a} and {a}: {{not}} {b}", { a: 10, b: 5 })).toEqual({ characters: "Say  and : {not} ".length + 25, isWhole: true });
    expect(sizeOfTemplate("Say {a}", {})).toEqual({ characters: 4, isWhole: false });
  });

  it("is read from the kinds of a step's parameters", () => {
    const judge = stepDefinitions["judge-generation-pairs"];
    const params = { ...stepDefinitions["judge-generation-pairs"].defaults, promptsColumn: "p", a: "x", b: "y", instruction: "Judge.", systemPrompt: "Be fair.", separator: "" };
    expect(sizeOfPrompt(judge, params, () => ({ p: 100, x: 200, y: 300 }))).toEqual({ characters: 614, isWhole: true });
    expect(sizeOfPrompt(judge, params, () => ({ p: 100 })).isWhole).toBe(false);
  });

  it("knows the columns of a table that was typed in", () => {
    expect(lengthsOfTyped({ columns: [{ name: "a" }, { name: "n" }], rows: [["four", 12], ["sixsix", null]] })).toEqual({ a: 5, n: 1 });
    expect(lengthsOfTyped(undefined)).toEqual({});
  });
});
