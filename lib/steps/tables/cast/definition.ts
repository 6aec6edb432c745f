import { z } from "zod";
import { inputColumns, requireColumn, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "cast",
  version: 3,
  category: "tables",
  icon: "replace",
  searchAliases: ["type", "convert", "to number", "to date", "parse"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    casts: z
      .array(
        z.strictObject({
          column: z.string().meta({ field: { kind: "column", port: "input" } }),
          type: z
            .enum(["text", "integer", "number", "boolean", "timestamp"])
            .meta({ field: { kind: "select" } }),
        }),
      )
      .meta({ field: { kind: "records" } }),
    unfit: z.enum(["fail", "null"]).meta({ field: { kind: "select" } }),
  }),
  defaults: { casts: [], unfit: "fail" },
  incomplete: ["casts"],
  summaryValues: ({ casts }) => ({ count: casts.length, columns: casts.map(({ column }) => column).join(", ") }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { casts } = context.params;
    const missing =
      casts.length === 0
        ? requireColumn(base, "", "casts")
        : casts.flatMap(({ column }) => requireColumn(base, column, "casts"));
    if (missing.length > 0) return { columns: { output: null }, problems: missing };
    const written = writeColumns(base, casts.map(({ column, type }) => ({ name: column, type, param: "casts" })));
    return { columns: { output: written.columns }, problems: written.problems };
  },
  effects: "pure",
  resource: "cpu",
});
