import { z } from "zod";
import { textEncodings } from "@/lib/core/text-encodings";
import { checkChunking, chunkDefaults, chunkParams, documentColumns } from "../../_sdk/chunk-params";
import { defineStep } from "../../_sdk/define-step";
import { fileRef } from "../../_sdk/param-fields";

export const definition = defineStep({
  id: "load-documents",
  version: 2,
  category: "sources",
  icon: "files",
  searchAliases: ["pdf", "word", "docx", "html", "markdown", "chunk", "split text", "rag", "papers"],
  inputs: [],
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    file: fileRef.nullable().meta({ field: { kind: "file" } }),
    ...chunkParams,
    encoding: z.enum(["auto", ...textEncodings]).default("auto").meta({ field: { kind: "select" }, advanced: true, addedLater: true }),
  }),
  defaults: { file: null, ...chunkDefaults, encoding: "auto" },
  incomplete: ["file"],
  summaryValues: ({ file, chunkBy }) => ({ name: file?.name ?? "—", chunkBy }),
  check: ({ params }) => ({
    columns: { output: documentColumns("file") },
    problems: [...(params.file === null ? [{ code: "param_required" as const, data: { param: "file" }, param: "file" }] : []), ...checkChunking(params)],
  }),
  effects: "pure",
  resource: "cpu",
  preview: "chunks",
});
