import { expect, it } from "vitest";
import { z } from "zod";
import { isMemberShown, startEntry } from "./record-members";

const shape = {
  kind: z.enum(["a", "b"]),
  weight: z.number().default(1),
  length: z.int().nullable().default(null),
  other: z.int().nullable(),
  names: z.array(z.string()),
  isOn: z.boolean(),
  text: z.string().meta({ visibleWhen: { param: "kind", is: ["b"] } }),
};

it("starts an entry with the defaults of its members, or with nothing yet", () => {
  expect(startEntry(shape)).toEqual({ kind: "a", weight: 1, length: null, other: null, names: [], isOn: false, text: "" });
});

it("asks only for the members that the entry needs", () => {
  const shown = (kind: string) => Object.entries(shape).flatMap(([name, member]) => (isMemberShown(member, { kind }) ? [name] : []));
  expect(shown("a")).toEqual(["kind", "weight", "length", "other", "names", "isOn"]);
  expect(shown("b")).toContain("text");
});
