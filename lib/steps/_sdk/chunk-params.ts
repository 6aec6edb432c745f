import { z } from "zod";
import type { ChunkBy } from "@/lib/documents/chunk-text";
import type { ChunkSettings } from "@/lib/documents/open-chunking";
import type { SizeUnit } from "@/lib/documents/text-sizer";
import type { Column } from "./columns";
import type { StepProblem } from "./define-step";

const isCut = { param: "chunkBy", is: ["heading", "paragraph", "sentence", "size"] };

/** How a text is cut into chunks; the same in every step that reads texts. */
export const chunkParams = {
  chunkBy: z.enum(["none", "heading", "paragraph", "sentence", "size"] satisfies ("none" | ChunkBy)[]).meta({ field: { kind: "select" } }),
  chunkUnit: z.enum(["characters", "words", "tokens"] satisfies SizeUnit[]).meta({ field: { kind: "select" }, visibleWhen: isCut }),
  chunkSize: z.int().min(1).max(1_000_000).meta({ field: { kind: "integer" }, visibleWhen: isCut }),
  chunkOverlap: z.int().min(0).max(1_000_000).meta({ field: { kind: "integer" }, visibleWhen: isCut }),
  language: z.string().max(35).meta({ field: { kind: "text" }, advanced: true, visibleWhen: isCut }),
};

export const chunkDefaults = { chunkBy: "none", chunkUnit: "characters", chunkSize: 2000, chunkOverlap: 200, language: "" } as const;

/** Columns of a table of documents; `origin` says where one is from. */
export function documentColumns(origin: string): Column[] {
  return [
    { name: origin, type: "text" },
    { name: "title", type: "text" },
    { name: "page", type: "integer" },
    { name: "section", type: "text" },
    { name: "chunk", type: "integer" },
    { name: "text", type: "text" },
    { name: "start", type: "integer" },
  ];
}

export function checkChunking({ chunkBy, chunkSize, chunkOverlap, language }: ChunkSettings): StepProblem[] {
  if (chunkBy === "none") return [];
  const problems: StepProblem[] = [];
  if (chunkOverlap > chunkSize / 2) problems.push({ code: "params_invalid", data: { param: "chunkOverlap", detail: "at most half of the size can be repeated" }, param: "chunkOverlap" });
  if (language !== "" && !isLanguage(language)) problems.push({ code: "params_invalid", data: { param: "language", detail: "a code such as vi, zh or pt-BR is expected" }, param: "language" });
  return problems;
}

function isLanguage(code: string): boolean {
  try {
    return Intl.getCanonicalLocales(code).length === 1;
  } catch {
    return false;
  }
}
