import { z } from "zod";
import { inputColumns, requireColumns, requireType } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "fill-nulls",
  version: 1,
  category: "tables",
  icon: "paint-bucket",
  searchAliases: ["fillna", "missing", "coalesce", "impute", "empty"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    columns: z
      .array(z.string())
      .meta({ field: { kind: "columns", port: "input" } }),
    fill: z
      .enum(["value", "previous", "next", "mean", "median", "most-frequent"])
      .meta({ field: { kind: "select" } }),
    value: z
      .string()
      .meta({ field: { kind: "text" }, visibleWhen: { param: "fill", is: ["value"] } }),
  }),
  defaults: { columns: [], fill: "value", value: "" },
  incomplete: ["columns"],
  summaryValues: ({ columns }) => ({ count: columns.length, columns: columns.join(", ") }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { columns, fill } = context.params;
    const isNumeric = fill === "mean" || fill === "median";
    return {
      columns: { output: base },
      problems: [
        ...requireColumns(base, columns, "columns"),
        ...(isNumeric ? columns.flatMap((name) => requireType(base, name, ["integer", "number"], "columns")) : []),
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
