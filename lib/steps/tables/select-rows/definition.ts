import { z } from "zod";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { parseRowRanges } from "./row-ranges";

function checkNumbers(numbers: string): StepProblem[] {
  const parsed = parseRowRanges(numbers);
  if ("wrong" in parsed) return [{ code: "row_numbers_invalid", data: { part: parsed.wrong.slice(0, 100) }, param: "numbers" }];
  return parsed.ranges.length === 0 ? [{ code: "param_required", data: { param: "numbers" }, param: "numbers" }] : [];
}

export const definition = defineStep({
  id: "select-rows",
  version: 1,
  category: "tables",
  icon: "list-checks",
  searchAliases: ["select", "indices", "index", "pick", "row numbers", "slice", "range"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    numbers: z.string().max(100_000).meta({ field: { kind: "multiline" } }),
    missing: z.enum(["error", "reject"]).meta({ field: { kind: "select" } }),
  }),
  defaults: { numbers: "", missing: "error" },
  incomplete: ["numbers"],
  summaryValues: ({ numbers }) => ({ numbers: numbers.replace(/\s+/g, " ").trim().slice(0, 80) || "—" }),
  check: (context) => ({ columns: { output: inputColumns(context, "input") }, problems: checkNumbers(context.params.numbers) }),
  effects: "pure",
  resource: "cpu",
});
