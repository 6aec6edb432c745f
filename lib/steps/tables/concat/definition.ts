import { z } from "zod";
import { explainDifference, explainTypes, mergeColumns } from "./merge-columns";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "concat",
  version: 3,
  category: "tables",
  icon: "rows-3",
  searchAliases: ["union by name", "append", "stack"],
  inputs: [{ name: "inputs", type: "table", required: true, many: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    match: z.enum(["same", "by-name"]).meta({ field: { kind: "select" } }),
    types: z
      .enum(["widen", "error"])
      .default("widen")
      .meta({ field: { kind: "select" }, advanced: true }),
  }),
  defaults: { match: "same", types: "widen" },
  summaryValues: ({ match }) => ({ match }),
  check: ({ params, inputs }) => {
    const tables = inputs["inputs"] ?? [];
    const known = tables.filter((columns) => columns !== null);
    if (tables.length === 0 || known.length < tables.length)
      return { columns: { output: null }, problems: [] };
    const names = params.match === "same" ? explainDifference(known) : null;
    const types = params.types === "error" ? explainTypes(known) : null;
    const detail = names ?? types;
    return {
      columns: { output: detail === null ? mergeColumns(known) : null },
      problems:
        detail === null
          ? []
          : [{ code: "columns_differ", data: { detail }, param: names === null ? "types" : "match" }],
    };
  },
  effects: "pure",
  resource: "cpu",
});
