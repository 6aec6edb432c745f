import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "./canonical-json";
import { sha256Hex } from "./sha256";

it("gives one text whatever the order of the keys, and leaves out what is undefined", () => {
  expect(canonicalJson({ b: 1, a: [true, null, "é"], c: undefined })).toBe('{"a":[true,null,"é"],"b":1}');
});

it("reads back as the same value, and two different values never share a text", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(canonicalJson(JSON.parse(canonicalJson(a)))).toBe(canonicalJson(a));
      if (canonicalJson(a) === canonicalJson(b)) expect(JSON.parse(canonicalJson(a))).toEqual(JSON.parse(canonicalJson(b)));
    }),
  );
});

it("refuses what JSON cannot hold", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 10n, () => 1]) expect(() => canonicalJson({ value })).toThrow(TypeError);
});

it("hashes as SHA-256 does", () => {
  expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
