import { z } from "zod";
import { inputColumns, requireColumn, requireType } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "correlation",
  version: 1,
  category: "evaluate",
  icon: "chart-scatter",
  searchAliases: ["spearman", "pearson", "sts", "agreement", "rank correlation"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "summary", type: "table" }],
  params: z.strictObject({
    a: z.string().meta({ field: { kind: "column", port: "input" } }),
    b: z.string().meta({ field: { kind: "column", port: "input" } }),
  }),
  defaults: { a: "", b: "" },
  incomplete: ["a", "b"],
  summaryValues: ({ a, b }) => ({ a, b }),
  check: (context) => {
    const columns = inputColumns(context, "input");
    const problems = (["a", "b"] as const).flatMap((param) => {
      const name = context.params[param];
      return [...requireColumn(columns, name, param), ...requireType(columns, name, ["integer", "number"], param)];
    });
    return { columns: { summary: [{ name: "measure", type: "text" }, { name: "value", type: "number" }] }, problems };
  },
  charts: [{ kind: "bars", port: "summary", label: "measure", values: ["value"] }],
  effects: "pure",
  resource: "cpu",
});
