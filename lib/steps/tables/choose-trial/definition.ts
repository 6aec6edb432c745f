import { z } from "zod";
import { searchRange } from "@/lib/workflow/document";
import { defineStep, type CheckResult } from "../../_sdk/define-step";

/** Stands before each trial of a Bayesian search: the planner puts it there, people never draw it. */
export const definition = defineStep({
  id: "choose-trial",
  version: 1,
  category: "tables",
  icon: "crosshair",
  searchAliases: [],
  planned: true,
  inputs: [
    { name: "watched", type: "table", required: false, many: true, partial: true, side: true },
    { name: "models", type: "model", required: false, many: true, partial: true },
    { name: "choices", type: "table", required: false, many: true, side: true },
  ],
  outputs: () => [{ name: "choice", type: "table" }],
  params: z.strictObject({
    space: z.array(z.strictObject({ column: z.string(), range: searchRange })).meta({ field: { kind: "table" } }),
    direction: z.enum(["maximise", "minimise"]).meta({ field: { kind: "select" } }),
    column: z.string().meta({ field: { kind: "text" } }),
    seed: z.int().min(0).meta({ field: { kind: "integer" } }),
    trial: z.int().min(1).meta({ field: { kind: "integer" } }),
    awaited: z.int().min(0).meta({ field: { kind: "integer" } }),
  }),
  defaults: { space: [], direction: "minimise", column: "", seed: 0, trial: 1, awaited: 0 },
  summaryValues: ({ trial }) => ({ trial }),
  check: (): CheckResult => ({
    columns: {
      choice: [
        { name: "trial", type: "integer" },
        { name: "point", type: "list" },
        { name: "params", type: "object" },
      ],
    },
    problems: [],
  }),
  effects: "seeded",
  resource: "cpu",
});
