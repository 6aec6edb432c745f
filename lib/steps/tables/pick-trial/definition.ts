import { z } from "zod";
import { defineStep, type CheckResult, type StepProblem } from "../../_sdk/define-step";

/** Stands behind a sweep, for each output that is used outside: the planner puts it there, people never draw it. */
export const definition = defineStep({
  id: "pick-trial",
  version: 1,
  category: "tables",
  icon: "trophy",
  searchAliases: [],
  planned: true,
  inputs: [
    { name: "trials", type: "table", required: true, side: true },
    { name: "outputs", type: "table", required: false, many: true, partial: true },
    { name: "models", type: "model", required: false, many: true, partial: true },
  ],
  outputs: ({ gives }) => [{ name: "output", type: gives }],
  params: z.strictObject({ gives: z.enum(["table", "model"]).meta({ field: { kind: "select" } }) }),
  defaults: { gives: "table" },
  summaryValues: () => ({}),
  check: ({ params, inputs }): CheckResult => {
    if (params.gives === "model") return { columns: {}, problems: [] };
    const tables = inputs["outputs"] ?? [];
    const names = tables.map((columns) => columns?.map(({ name }) => name).join(", "));
    const other = names.findIndex((list) => list !== undefined && names[0] !== undefined && list !== names[0]);
    const problems: StepProblem[] = other < 0 ? [] : [{ code: "columns_differ", data: { detail: `trial 1 has ${names[0] ?? ""}; trial ${String(other + 1)} has ${names[other] ?? ""}` } }];
    return { columns: { output: tables.includes(null) ? null : (tables[0] ?? null) }, problems };
  },
  effects: "pure",
  resource: "cpu",
});
