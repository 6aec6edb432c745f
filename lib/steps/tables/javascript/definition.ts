import { z } from "zod";
import { addColumns, inputColumns, requireColumn, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "javascript",
  version: 2,
  category: "tables",
  icon: "code-xml",
  searchAliases: ["code", "function", "map", "script", "js"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    code: z
      .string()
      .max(200_000)
      .meta({ field: { kind: "code", port: "input" } }),
    columns: z
      .array(
        z.strictObject({
          name: z.string().meta({ field: { kind: "text" } }),
          type: z
            .enum(["text", "integer", "number", "boolean", "timestamp", "list", "object"])
            .meta({ field: { kind: "select" } }),
        }),
      )
      .max(500)
      .meta({ field: { kind: "records" } }),
    keepColumns: z.boolean().meta({ field: { kind: "switch" } }),
    seed: z
      .int()
      .min(0)
      .meta({ field: { kind: "integer" }, advanced: true }),
    milliseconds: z
      .int()
      .min(10)
      .max(600_000)
      .meta({ field: { kind: "integer" }, advanced: true }),
    memoryMb: z
      .int()
      .min(2)
      .max(1024)
      .meta({ field: { kind: "integer" }, advanced: true }),
  }),
  defaults: {
    code: "(row) => ({\n  \n})",
    columns: [{ name: "result", type: "text" }],
    keepColumns: true,
    seed: 0,
    milliseconds: 1000,
    memoryMb: 64,
  },
  summaryValues: ({ columns }) => ({ count: columns.length, columns: columns.map(({ name }) => name).join(", ") }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { code, columns, keepColumns } = context.params;
    const given = columns.map((column) => ({ ...column, param: "columns" }));
    const written = keepColumns ? writeColumns(base, given) : addColumns(base && [], given);
    const isEmpty = columns.length === 0 || columns.some(({ name }) => name === "");
    return {
      columns: { output: written.columns },
      problems: [
        ...(code.trim() === "" ? requireColumn(base, "", "code") : []),
        ...(isEmpty && (!keepColumns || columns.length === 0) ? requireColumn(base, "", "columns") : []),
        ...written.problems,
      ],
    };
  },
  effects: "seeded",
  resource: "cpu",
});
