import { expect, it } from "vitest";
import { z } from "zod";
import { namedValues, valueNamed } from "./named-values";

const texts = z.strictObject({ names: namedValues(z.string()) });
const names = JSON.parse('{"__proto__":"a","constructor":"b","plain":"c"}') as Record<string, string>;

it("keeps every name", () => {
  expect(JSON.stringify(texts.parse({ names }))).toBe(JSON.stringify({ names }));
  expect(Object.entries(names).map(([name]) => valueNamed(names, name))).toEqual(["a", "b", "c"]);
});

it("finds nothing that nobody put there", () => {
  for (const name of ["__proto__", "constructor", "valueOf"]) expect(valueNamed<unknown>({}, name)).toBeUndefined();
  expect(valueNamed(undefined, "constructor")).toBeUndefined();
});

it("refuses what is no record, or holds what it may not", () => {
  for (const wrong of [{}, { names: null }, { names: ["a"] }, { names: { a: 1 } }]) expect(texts.safeParse(wrong).success).toBe(false);
  expect(texts.safeParse({ names: { a: 1 } }).error?.issues[0]?.path).toEqual(["names", "a"]);
});

it("is a record in JSON Schema", () => {
  expect(z.toJSONSchema(texts)).toMatchObject({ required: ["names"], properties: { names: { type: "object", additionalProperties: { type: "string" } } } });
});
