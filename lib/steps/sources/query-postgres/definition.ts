import { z } from "zod";
import { requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "query-postgres",
  version: 1,
  category: "sources",
  icon: "database-zap",
  searchAliases: ["sql", "postgresql", "database", "db", "select", "warehouse"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    connection: z.string().max(200).meta({ field: { kind: "database" } }),
    query: z.string().max(100_000).meta({ field: { kind: "multiline" } }),
    seconds: z.int().min(1).max(3600).meta({ field: { kind: "integer" }, advanced: true }),
  }),
  defaults: { connection: "", query: "", seconds: 60 },
  incomplete: ["connection", "query"],
  summaryValues: ({ query }) => ({ query: query.replace(/\s+/g, " ").trim().slice(0, 80) || "—" }),
  check: ({ params: { connection, query }, probed }) => ({
    columns: { output: probed },
    problems: [...(connection === "" ? requireColumn(null, "", "connection") : []), ...(query.trim() === "" ? requireColumn(null, "", "query") : [])],
  }),
  effects: "external",
  resource: "cpu",
  identityExcludes: ["seconds"],
  probed: true,
});
