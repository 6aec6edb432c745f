import { type Chunking, chunkDocument } from "./chunk-document";
import type { DocumentText } from "./document";
import { countCharacters } from "./text-sizer";

export interface ChunkPreview {
  page: number | null;
  section: string[];
  /** In the unit that chunks are sized in; characters where the document stays whole. */
  size: number;
  /** Characters that it repeats of the one before. */
  overlap: number;
  /** How it begins and how it ends; a short one is all in `head`. */
  head: string;
  tail: string;
}

const SHOWN_CHUNKS = 20;
const HEAD = 240;
const TAIL = 120;

function showEnds(text: string): { head: string; tail: string } {
  if (countCharacters(text) <= HEAD + TAIL) return { head: text, tail: "" };
  return { head: [...text.slice(0, 2 * HEAD)].slice(0, HEAD).join(""), tail: [...text.slice(-2 * TAIL)].slice(-TAIL).join("").toWellFormed() };
}

/** The first chunks of a document, each with where it begins and ends. */
export function previewChunks(document: DocumentText, chunking: Chunking | null): { chunks: ChunkPreview[]; hasMore: boolean } {
  const chunks: ChunkPreview[] = [];
  let covered = 0;
  for (const { page, section, text, start } of chunkDocument(document, chunking)) {
    if (chunks.length === SHOWN_CHUNKS) return { chunks, hasMore: true };
    const characters = countCharacters(text);
    chunks.push({ page, section, size: chunking ? chunking.sizer.measure(text) : characters, overlap: Math.max(0, covered - start), ...showEnds(text) });
    covered = start + characters;
  }
  return { chunks, hasMore: false };
}
