import { type ChunkOptions, chunkText } from "./chunk-text";
import type { DocumentText } from "./document";
import { countCharacters, type TextSizer } from "./text-sizer";

export interface DocumentChunk {
  /** Of the page on which the chunk begins. */
  page: number | null;
  /** Headings above the place where the chunk begins. */
  section: string[];
  /** From 0, within the document. */
  index: number;
  text: string;
  /** Characters (Unicode code points) before it in the document's text. */
  start: number;
}

export interface Chunking extends ChunkOptions {
  sizer: TextSizer;
}

/** The chunks of a document, or all of it as one, without the white space around them; what is nothing else is left out. */
export function* chunkDocument(document: DocumentText, chunking: Chunking | null): Generator<DocumentChunk> {
  const { text, sections, pages } = document;
  const spans = chunking ? chunkText(document, chunking, chunking.sizer) : [{ start: 0, end: text.length }];
  const findSection = createFinder(sections);
  const findPage = createFinder(pages);
  let index = 0;
  let counted = { at: 0, characters: 0 };
  for (const span of spans) {
    const part = text.slice(span.start, span.end);
    const trimmed = part.trim();
    if (trimmed === "") continue;
    const at = span.start + part.length - part.trimStart().length;
    counted = { at, characters: counted.characters + countCharacters(text, counted.at, at) };
    yield { page: findPage(at)?.page ?? null, section: findSection(at)?.path ?? [], index: index++, text: trimmed, start: counted.characters };
  }
}

/** Finds the last mark at or before a place; places are asked for in order. */
function createFinder<Mark extends { start: number }>(marks: readonly Mark[]): (at: number) => Mark | undefined {
  let next = 0;
  return (at) => {
    while (next < marks.length && (marks[next]?.start ?? 0) <= at) next++;
    return marks[next - 1];
  };
}
