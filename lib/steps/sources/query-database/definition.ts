import { z } from "zod";
import { requireColumn } from "../../_sdk/check-helpers";
import { defineStep } from "../../_sdk/define-step";
import { fileRef } from "../../_sdk/param-fields";

export const definition = defineStep({
  id: "query-database",
  version: 3,
  category: "sources",
  icon: "database",
  searchAliases: ["sql", "sqlite", "db", "select"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    file: fileRef.nullable().meta({ field: { kind: "file" } }),
    query: z.string().max(100_000).meta({ field: { kind: "multiline" } }),
    seconds: z.int().min(1).max(3600).meta({ field: { kind: "integer" }, advanced: true }),
  }),
  defaults: { file: null, query: "", seconds: 60 },
  incomplete: ["file", "query"],
  summaryValues: ({ file }) => ({ name: file?.name ?? "—" }),
  check: ({ params: { file, query }, probed }) => ({
    columns: { output: probed },
    problems: [...(file === null ? requireColumn(null, "", "file") : []), ...(query.trim() === "" ? requireColumn(null, "", "query") : [])],
  }),
  effects: "pure",
  resource: "cpu",
  identityExcludes: ["seconds"],
  probed: true,
});
