import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import type { StepProblem } from "../../_sdk/define-step";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "drop-columns",
  version: 1,
  category: "tables",
  icon: "columns-3",
  searchAliases: ["remove", "delete"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    columns: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
  }),
  defaults: { columns: [] },
  summaryValues: ({ columns }) => ({ count: columns.length }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { columns } = context.params;
    const kept =
      base?.filter((column) => !columns.includes(column.name)) ?? null;
    const problems: StepProblem[] = columns.flatMap((name) =>
      requireColumn(base, name, "columns"),
    );
    if (kept?.length === 0)
      problems.push({
        code: "param_required",
        data: { param: "columns" },
        param: "columns",
      });
    return { columns: { output: kept }, problems };
  },
  effects: "pure",
  resource: "cpu",
});
