import { z } from "zod";
import {
  addColumns,
  inputColumns,
  requireColumn,
} from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "map-column",
  version: 2,
  category: "tables",
  icon: "function-square",
  searchAliases: ["map", "expression", "formula", "add column"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    column: z.string().meta({ field: { kind: "text" } }),
    expression: z
      .string()
      .meta({ field: { kind: "expression", port: "input" } }),
    type: z
      .enum(["as-computed", "text", "integer", "number", "boolean"])
      .meta({ field: { kind: "select" } }),
  }),
  defaults: { column: "", expression: "", type: "as-computed" },
  incomplete: ["column", "expression"],
  summaryValues: ({ column }) => ({ column: column || "none" }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { column, expression, type } = context.params;
    const result = {
      name: column,
      type: type === "as-computed" ? ("unknown" as const) : type,
    };
    const problems =
      expression.trim() === "" ? requireColumn(null, "", "expression") : [];
    if (column === "")
      return {
        columns: { output: base },
        problems: [...problems, ...requireColumn(null, "", "column")],
      };
    if (base?.some(({ name }) => name === column)) {
      return {
        columns: {
          output: base.map((existing) =>
            existing.name === column ? result : existing,
          ),
        },
        problems,
      };
    }
    const added = addColumns(base, [{ ...result, param: "column" }]);
    return {
      columns: { output: added.columns },
      problems: [...problems, ...added.problems],
    };
  },
  effects: "pure",
  resource: "cpu",
});
