import type { Chunking } from "./chunk-document";
import type { ChunkBy } from "./chunk-text";
import { openSizer, type SizeUnit } from "./text-sizer";

export interface ChunkSettings {
  chunkBy: "none" | ChunkBy;
  chunkUnit: SizeUnit;
  chunkSize: number;
  chunkOverlap: number;
  language: string;
}

/** What a step's settings say of chunks; null where documents stay whole. */
export async function openChunking({ chunkBy, chunkUnit, chunkSize, chunkOverlap, language }: ChunkSettings): Promise<Chunking | null> {
  return chunkBy === "none" ? null : { by: chunkBy, size: chunkSize, overlap: chunkOverlap, language, sizer: await openSizer(chunkUnit) };
}
