import { z } from "zod";
import { explainDifference, mergeColumns } from "./merge-columns";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "concat",
  version: 1,
  category: "tables",
  icon: "rows-3",
  searchAliases: ["union", "append", "stack"],
  inputs: [{ name: "inputs", type: "table", required: true, many: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    match: z.enum(["same", "by-name"]).meta({ field: { kind: "select" } }),
  }),
  defaults: { match: "same" },
  summaryValues: ({ match }) => ({ match }),
  check: ({ params, inputs }) => {
    const tables = inputs["inputs"] ?? [];
    const known = tables.filter((columns) => columns !== null);
    if (tables.length === 0 || known.length < tables.length)
      return { columns: { output: null }, problems: [] };
    const detail = params.match === "same" ? explainDifference(known) : null;
    return {
      columns: { output: detail === null ? mergeColumns(known) : null },
      problems:
        detail === null
          ? []
          : [{ code: "columns_differ", data: { detail }, param: "match" }],
    };
  },
  effects: "pure",
  resource: "cpu",
});
