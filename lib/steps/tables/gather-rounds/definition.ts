import { z } from "zod";
import { comparisons } from "@/lib/workflow/document";
import { defineStep, type CheckResult, type PortColumns, type StepProblem } from "../../_sdk/define-step";

/** Stands behind a repeated group: the planner puts it there, people never draw it. */
export const definition = defineStep({
  id: "gather-rounds",
  version: 1,
  category: "tables",
  icon: "repeat",
  searchAliases: [],
  planned: true,
  inputs: [
    { name: "rounds", type: "table", required: false, many: true, partial: true },
    { name: "models", type: "model", required: false, many: true, partial: true },
    { name: "watched", type: "table", required: false, many: true, partial: true, side: true },
  ],
  outputs: ({ gives }) => [{ name: "output", type: gives }],
  params: z.strictObject({
    gives: z.enum(["table", "model"]).meta({ field: { kind: "select" } }),
    keep: z.enum(["all", "last"]).meta({ field: { kind: "select" } }),
    rule: z.enum(["none", "rows", "value"]).meta({ field: { kind: "select" } }),
    rows: z.int().min(1).nullable().meta({ field: { kind: "integer" } }),
    column: z.string().nullable().meta({ field: { kind: "text" } }),
    comparison: z.enum(comparisons).meta({ field: { kind: "select" } }),
    value: z.number().nullable().meta({ field: { kind: "number" } }),
    take: z.int().min(1).nullable().meta({ field: { kind: "integer" } }),
  }),
  defaults: { gives: "table", keep: "all", rule: "none", rows: null, column: null, comparison: "at-least", value: null, take: null },
  summaryValues: ({ keep, take }) => ({ keep, take: take ?? 0 }),
  check: ({ params, inputs }): CheckResult => {
    if (params.gives === "model") return { columns: {}, problems: [] };
    const tables = inputs["rounds"] ?? [];
    const detail = explainDifference(tables);
    const problems: StepProblem[] = detail === null ? [] : [{ code: "columns_differ", data: { detail } }];
    return { columns: { output: tables.includes(null) ? null : (tables[0] ?? null) }, problems };
  },
  effects: "pure",
  resource: "cpu",
});

/** The first round whose columns are others than those of round 1, for a person; null where none is. */
function explainDifference(tables: readonly PortColumns[]): string | null {
  const names = tables.map((columns) => columns?.map(({ name }) => name).join(", "));
  const other = names.findIndex((list) => list !== undefined && names[0] !== undefined && list !== names[0]);
  return other < 0 ? null : `round 1 has ${names[0] ?? ""}; round ${String(other + 1)} has ${names[other] ?? ""}`;
}
