import { z } from "zod";
import { inputColumns, requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "sample",
  version: 1,
  category: "tables",
  icon: "dices",
  searchAliases: ["random", "subset", "stratified"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    by: z.enum(["rows", "share"]).meta({ field: { kind: "select" } }),
    rows: z
      .int()
      .min(0)
      .meta({ field: { kind: "integer" }, visibleWhen: { param: "by", is: ["rows"] } }),
    share: z
      .number()
      .min(0)
      .max(1)
      .meta({ field: { kind: "number" }, visibleWhen: { param: "by", is: ["share"] } }),
    stratify: z
      .string()
      .nullable()
      .meta({ field: { kind: "column", port: "input" } }),
    seed: z
      .int()
      .min(0)
      .meta({ field: { kind: "integer" } }),
  }),
  defaults: { by: "rows", rows: 100, share: 0.1, stratify: null, seed: 0 },
  summaryValues: ({ by, rows, share }) => ({ by, rows, percent: Number((share * 100).toFixed(2)) }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { stratify } = context.params;
    return {
      columns: { output: base },
      problems: stratify === null ? [] : requireColumn(base, stratify, "stratify"),
    };
  },
  effects: "seeded",
  resource: "cpu",
});
