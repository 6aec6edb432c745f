import { z } from "zod";
import { defineStep, type CheckResult } from "../../_sdk/define-step";

/** Stands behind the trials of a sweep: the planner puts it there, people never draw it. */
export const definition = defineStep({
  id: "gather-trials",
  version: 1,
  category: "tables",
  icon: "chart-spline",
  searchAliases: [],
  planned: true,
  inputs: [
    { name: "watched", type: "table", required: false, many: true, partial: true, side: true },
    { name: "models", type: "model", required: false, many: true, partial: true },
    { name: "choices", type: "table", required: false, many: true, partial: true, side: true },
    { name: "trained", type: "model", required: false, many: true, partial: true },
  ],
  outputs: () => [{ name: "trials", type: "table" }],
  params: z.strictObject({
    direction: z.enum(["maximise", "minimise"]).meta({ field: { kind: "select" } }),
    column: z.string().meta({ field: { kind: "text" } }),
    columns: z.array(z.string()).meta({ field: { kind: "string-list" } }),
    values: z.array(z.array(z.unknown())).nullable().meta({ field: { kind: "table" } }),
    trials: z.int().min(1).meta({ field: { kind: "integer" } }),
    trainers: z.int().min(0).meta({ field: { kind: "integer" } }),
  }),
  defaults: { direction: "minimise", column: "", columns: [], values: null, trials: 1, trainers: 0 },
  summaryValues: ({ trials }) => ({ trials }),
  // What a trial was given may be of any kind; it is known once the table is.
  check: (): CheckResult => ({ columns: { trials: null }, problems: [] }),
  charts: [{ kind: "parallel", port: "trials", value: "objective", best: "best", leaveOut: ["trial", "state"] }],
  effects: "pure",
  resource: "cpu",
});
