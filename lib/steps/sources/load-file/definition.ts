import { z } from "zod";
import { defineStep } from "../../_sdk/define-step";
import { textEncodings } from "@/lib/core/text-encodings";
import { fileRef } from "../../_sdk/param-fields";

export const definition = defineStep({
  id: "load-file",
  version: 3,
  category: "sources",
  icon: "file-input",
  searchAliases: [
    "upload",
    "import",
    "csv",
    "json",
    "jsonl",
    "parquet",
    "text",
    "tsv",
    "excel",
    "xlsx",
    "spreadsheet",
    "arrow",
    "save_to_disk",
  ],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    file: fileRef.nullable().meta({ field: { kind: "file" } }),
    format: z
      .enum(["auto", "json", "jsonl", "csv", "tsv", "parquet", "text", "xlsx", "saved-dataset"])
      .meta({ field: { kind: "select" } }),
    delimiter: z
      .string()
      .max(1)
      .meta({ field: { kind: "text" }, advanced: true }),
    header: z
      .enum(["auto", "yes", "no"])
      .meta({ field: { kind: "select" }, advanced: true }),
    quote: z
      .enum(["auto", "double", "single", "none"])
      .meta({ field: { kind: "select" }, advanced: true }),
    encoding: z
      .enum(["auto", ...textEncodings])
      .meta({ field: { kind: "select" }, advanced: true }),
    onBadRow: z
      .enum(["fail", "keep-what-fits"])
      .meta({ field: { kind: "select" }, advanced: true }),
    allText: z.boolean().meta({ field: { kind: "switch" }, advanced: true }),
    rowsPath: z
      .string()
      .max(500)
      .meta({ field: { kind: "text" }, advanced: true }),
    sheet: z
      .string()
      .max(200)
      .default("")
      .meta({ field: { kind: "text" }, visibleWhen: { param: "format", is: ["auto", "xlsx"] } }),
    headerRow: z
      .int()
      .min(0)
      .max(1_048_576)
      .default(1)
      .meta({ field: { kind: "integer" }, advanced: true, visibleWhen: { param: "format", is: ["auto", "xlsx", "csv", "tsv"] } }),
    split: z
      .string()
      .max(200)
      .default("")
      .meta({ field: { kind: "text" }, advanced: true, visibleWhen: { param: "format", is: ["auto", "saved-dataset"] } }),
  }),
  defaults: {
    file: null,
    format: "auto",
    delimiter: "",
    header: "auto",
    quote: "auto",
    encoding: "auto",
    onBadRow: "fail",
    allText: false,
    rowsPath: "",
    sheet: "",
    headerRow: 0,
    split: "",
  },
  incomplete: ["file"],
  summaryValues: ({ file }) => ({ name: file?.name ?? "—" }),
  check: ({ params, probed }) => ({
    columns: { output: probed },
    problems:
      params.file === null
        ? [{ code: "param_required", data: { param: "file" }, param: "file" }]
        : [],
  }),
  effects: "pure",
  resource: "cpu",
  probed: true,
});
