import { z } from "zod";
import { inputColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "reverse",
  version: 1,
  category: "tables",
  icon: "arrow-up-down",
  searchAliases: ["flip", "backwards", "invert"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({}),
  defaults: {},
  summaryValues: () => ({}),
  check: (context) => ({
    columns: { output: inputColumns(context, "input") },
    problems: [],
  }),
  effects: "pure",
  resource: "cpu",
});
