import { expect, it } from "vitest";
import { formatError } from "./format-error";

it("fills in what the data has, and marks what it lacks", () => {
  expect(formatError("budget_reached", { budget: 0.05 })).toContain("its budget of $0.05.");
  expect(formatError("budget_reached", {})).toContain("$?.");
});
