import { describe, expect, it } from "vitest";
import { checkParser } from "./parser-params";
import { makeReader } from "./replies/read-found";

const pattern = (text: string) => ({ parser: "pattern" as const, pattern: text, jsonField: "" });
const json = (field: string) => ({ parser: "json" as const, pattern: "", jsonField: field });

describe("checkParser", () => {
  it.each([
    [pattern("Score: (\\d+)"), []],
    [pattern(""), ["param_required"]],
    [pattern("Score: \\d+"), ["reply_pattern_invalid"]],
    [pattern("(\\d+"), ["reply_pattern_invalid"]],
    // What RE2 leaves out because it cannot be bounded.
    [pattern("(a)\\1"), ["reply_pattern_invalid"]],
    [pattern("(?<=Score: )(\\d+)"), ["reply_pattern_invalid"]],
    [json("a.b"), []],
    [json(" "), ["param_required"]],
    [{ parser: "built-in" as const, pattern: "(", jsonField: "" }, []],
  ])("finds what is wrong with %j before a run", (parser, codes) => {
    expect(checkParser(parser).map(({ code }) => code)).toEqual(codes);
  });
});

describe("makeReader", () => {
  it("takes time in proportion to the reply, whatever the pattern", () => {
    const read = makeReader(pattern("^(([a-z])+.)+[A-Z]([a-z])+$"));
    const started = performance.now();
    expect(read?.("a".repeat(50_000))).toBeNull();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each([
    [pattern("(?i)verdict: (\\w+)"), "Verdict: B, as A is short", "B"],
    [pattern("điểm là (\\d+)"), "điểm là 9", "9"],
    [pattern("a|(b)"), "a", null],
    [json("a.b"), 'x {"a": {"b": 2}} y', 2],
    [json("a.b"), '{"a.b": false, "a": {"b": 2}}', false],
    [json("a"), '{"a": [1]}', null],
    [json("toString"), "{}", null],
    [json("a"), "no JSON", null],
  ])("reads with %j from %j: %s", (parser, reply, found) => {
    expect(makeReader(parser)?.(reply) ?? null).toBe(found);
  });
});
