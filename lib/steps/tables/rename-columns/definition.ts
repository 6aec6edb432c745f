import { namedValues, valueNamed } from "@/lib/core/named-values";
import { z } from "zod";
import {
  addColumns,
  inputColumns,
  requireColumn,
} from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "rename-columns",
  version: 1,
  category: "tables",
  icon: "pencil-line",
  searchAliases: ["alias"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    names: namedValues(z.string())
      .meta({ field: { kind: "rename", port: "input" } }),
  }),
  defaults: { names: {} },
  summaryValues: ({ names }) => ({ count: Object.keys(names).length }),
  check: (context) => {
    const base = inputColumns(context, "input");
    const { names } = context.params;
    const missing = Object.keys(names).flatMap((name) =>
      requireColumn(base, name, "names"),
    );
    const renamed = base?.map((column) => ({
      name: valueNamed(names, column.name) ?? column.name,
      type: column.type,
      param: "names",
    }));
    const empty = Object.values(names).some((name) => name === "")
      ? requireColumn(base, "", "names")
      : [];
    const { columns, problems } = addColumns(base && [], renamed ?? []);
    return {
      columns: { output: columns },
      problems: [...missing, ...empty, ...problems],
    };
  },
  effects: "pure",
  resource: "cpu",
});
