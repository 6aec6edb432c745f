import { z } from "zod";
import { requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "sql",
  version: 1,
  category: "tables",
  icon: "database",
  searchAliases: ["select", "query", "duckdb"],
  inputs: [{ name: "inputs", type: "table", required: true, many: true }],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    query: z.string().meta({ field: { kind: "code", port: "inputs" } }),
    seconds: z
      .int()
      .min(1)
      .max(86_400)
      .meta({ field: { kind: "integer" }, advanced: true }),
  }),
  defaults: { query: "SELECT * FROM input1", seconds: 600 },
  identityExcludes: ["seconds"],
  summaryValues: ({ query }) => ({ query: query.trim().replace(/\s+/g, " ").slice(0, 60) || "none" }),
  check: ({ params }) => ({
    // Only DuckDB can tell what columns a query gives.
    columns: { output: null },
    problems: params.query.trim() === "" ? requireColumn(null, "", "query") : [],
  }),
  effects: "pure",
  resource: "cpu",
});
