import { expect, it } from "vitest";
import words from "@/messages/en/errors.json" with { type: "json" };
import { formatError } from "./format-error";

it("fills in what the data has, and marks what it lacks", () => {
  expect(formatError("budget_reached", { budget: 0.05 })).toContain("its budget of $0.05.");
  expect(formatError("budget_reached", {})).toContain("$?.");
});

it("has no words that it would show raw: a place is a name in braces, in double ones to keep a pair", () => {
  expect(formatError("attribute_unused", { attribute: "tone" })).toContain("Write {tone} where");
  const raw = Object.entries(words).filter(([, text]) => /[{}]/.test(text.replace(/\{\{\w+\}\}|\{\w+\}/g, "")));
  expect(raw).toEqual([]);
});
