import { z } from "zod";
import { inputColumns, requireColumn, requireColumns, requireType } from "../../_sdk/check-helpers";
import type { Column } from "../../_sdk/columns";
import { defineStep } from "../../_sdk/define-step";

const measures: Column[] = [
  { name: "column", type: "text" },
  { name: "rows", type: "integer" },
  { name: "not_finite", type: "integer" },
  { name: "mean", type: "number" },
  { name: "low", type: "number" },
  { name: "high", type: "number" },
  { name: "median", type: "number" },
  { name: "stddev", type: "number" },
  { name: "min", type: "number" },
  { name: "max", type: "number" },
];

export const definition = defineStep({
  id: "summarise-numbers",
  version: 2,
  category: "evaluate",
  icon: "chart-bar",
  searchAliases: ["mean", "average", "confidence interval", "scores", "describe", "statistics"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "summary", type: "table" }],
  params: z.strictObject({
    columns: z.array(z.string()).max(100).meta({ field: { kind: "columns", port: "input" } }),
    by: z.string().nullable().meta({ field: { kind: "column", port: "input" } }),
  }),
  defaults: { columns: [], by: null },
  incomplete: ["columns"],
  summaryValues: ({ columns, by }) => ({ columns: columns.join(", "), by: by ?? "none" }),
  check: (context) => {
    const columns = inputColumns(context, "input");
    const { columns: names, by } = context.params;
    return {
      columns: { summary: by === null ? measures : [{ name: "group", type: "text" }, ...measures] },
      problems: [
        ...requireColumns(columns, names, "columns"),
        ...names.flatMap((name) => requireType(columns, name, ["integer", "number", "boolean"], "columns")),
        ...(by === null ? [] : requireColumn(columns, by, "by")),
      ],
    };
  },
  charts: [{ kind: "bars", port: "summary", label: "column", values: ["mean"] }],
  effects: "pure",
  resource: "cpu",
});
