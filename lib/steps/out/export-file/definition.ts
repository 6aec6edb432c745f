import { z } from "zod";
import { defineStep } from "../../_sdk/define-step";

export const definition = defineStep({
  id: "export-file",
  version: 3,
  category: "out",
  icon: "file-output",
  searchAliases: ["download", "csv", "jsonl", "parquet", "excel", "xlsx", "save"],
  inputs: [{ name: "input", type: "table", required: true }],
  outputs: () => [],
  params: z.strictObject({
    format: z
      .enum(["parquet", "jsonl", "csv", "xlsx"])
      .meta({ field: { kind: "select" } }),
    name: z
      .string()
      .regex(/^[^/\\\0]{1,200}$/)
      .meta({ field: { kind: "text" } }),
    spreadsheetSafe: z
      .boolean()
      .meta({
        field: { kind: "switch" },
        visibleWhen: { param: "format", is: ["csv"] },
      }),
  }),
  defaults: { format: "parquet", name: "table", spreadsheetSafe: true },
  summaryValues: ({ name, format }) => ({ name, format }),
  check: () => ({ columns: {}, problems: [] }),
  effects: "pure",
  resource: "cpu",
});
