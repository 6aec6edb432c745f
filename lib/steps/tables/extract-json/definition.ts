import { z } from "zod";
import { inputColumns, requireColumn, requireType, writeColumns } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "extract-json",
  version: 3,
  category: "tables",
  icon: "list-tree",
  searchAliases: ["json path", "field", "unnest", "flatten"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    column: z.string().meta({ field: { kind: "column", port: "input" } }),
    values: z
      .array(
        z.strictObject({
          path: z.string().meta({ field: { kind: "text" } }),
          name: z.string().meta({ field: { kind: "text" } }),
          type: z
            .enum(["text", "integer", "number", "boolean", "timestamp", "list", "object"])
            .meta({ field: { kind: "select" } }),
        }),
      )
      .meta({ field: { kind: "records" } }),
    unfit: z.enum(["fail", "null"]).meta({ field: { kind: "select" } }),
  }),
  defaults: { column: "", values: [], unfit: "fail" },
  incomplete: ["column", "values"],
  summaryValues: ({ values }) => ({ count: values.length, names: values.map(({ name, path }) => name || path).join(", ") }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { column, values } = context.params;
    const written = writeColumns(
      base,
      values.map(({ path, name, type }) => ({ name: name || path, type, param: "values" })),
    );
    return {
      columns: { output: written.columns },
      problems: [
        ...requireColumn(base, column, "column"),
        ...requireType(base, column, ["text", "object", "list"], "column"),
        ...(values.length === 0 ? requireColumn(base, "", "values") : []),
        ...written.problems,
      ],
    };
  },
  effects: "pure",
  resource: "cpu",
});
