import { z } from "zod";
import { addColumns } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { readColumn } from "./column-maker";

const plain = z.string().max(100_000).meta({ field: { kind: "text" } });

export const definition = defineStep({
  id: "generate-rows",
  version: 1,
  category: "sources",
  icon: "list-plus",
  searchAliases: ["random", "synthetic", "dummy", "generator", "range", "sample"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    rows: z.int().min(0).max(10_000_000).meta({ field: { kind: "integer" } }),
    columns: z
      .array(
        z.strictObject({
          name: plain,
          kind: z.enum(["row-number", "integer", "number", "choice", "date", "constant"]).meta({ field: { kind: "select" } }),
          from: plain,
          to: plain,
          values: z.string().max(1_000_000).meta({ field: { kind: "multiline" } }),
          weights: plain,
        }),
      )
      .max(100)
      .meta({ field: { kind: "records" } }),
    seed: z.int().min(0).meta({ field: { kind: "integer" } }),
  }),
  defaults: { rows: 100, columns: [{ name: "number", kind: "row-number", from: "0", to: "", values: "", weights: "" }], seed: 42 },
  summaryValues: ({ rows }) => ({ rows }),
  check: ({ params: { columns } }) => {
    const read = columns.map((column) => ({ column, maker: readColumn(column) }));
    const added = addColumns([], read.map(({ column, maker }) => ({ name: column.name, type: "type" in maker ? maker.type : "unknown", param: "columns" })));
    const unnamed = columns.length === 0 || columns.some(({ name }) => name.trim() === "");
    return {
      columns: { output: added.columns },
      problems: [
        ...added.problems,
        ...(unnamed ? [{ code: "param_required" as const, data: { param: "columns" }, param: "columns" }] : []),
        ...read.flatMap(({ column, maker }): StepProblem[] => ("problem" in maker ? [{ code: "params_invalid", data: { param: "columns", detail: `in “${column.name}” ${maker.problem}` }, param: "columns" }] : [])),
      ],
    };
  },
  effects: "seeded",
  resource: "cpu",
});
