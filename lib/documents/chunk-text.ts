import type { DocumentText } from "./document";
import { cutGraphemes, cutWords, type TextSizer } from "./text-sizer";

export type ChunkBy = "heading" | "paragraph" | "sentence" | "size";

export interface ChunkOptions {
  by: ChunkBy;
  /** Largest chunk, what it repeats of the one before counted in. */
  size: number;
  /** How much of the end of a chunk the next one repeats, at most; less than `size`. */
  overlap: number;
  /** BCP 47, for the rules of sentences; empty takes those that hold for most languages. */
  language: string;
}

/** A part of a text, in UTF-16 offsets. */
export interface Span {
  start: number;
  end: number;
}

type Cut = (text: string) => Iterable<string>;

/**
 * Cuts a text into chunks, in order. By heading, each part under a heading is a chunk of its own; otherwise as many whole
 * paragraphs, sentences or pieces as fit make one. What is larger than a chunk is cut at the next finer place: paragraphs,
 * sentences, words, characters. Chunks cover every character of the text.
 */
export function* chunkText(document: Pick<DocumentText, "text" | "sections">, options: ChunkOptions, sizer: TextSizer): Generator<Span> {
  for (const region of listRegions(document, options.by)) yield* packRegion(document.text, region, options, sizer);
}

function listRegions({ text, sections }: Pick<DocumentText, "text" | "sections">, by: ChunkBy): Span[] {
  const starts = by === "heading" ? [0, ...sections.map(({ start }) => start)] : [0];
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? text.length })).filter(({ start, end }) => end > start);
}

function* packRegion(text: string, region: Span, options: ChunkOptions, sizer: TextSizer): Generator<Span> {
  const sizeOf = ({ start, end }: Span): number => sizer.measure(text.slice(start, end));
  let chunk: Span = { start: region.start, end: region.start };
  let used = 0;
  for (const piece of cutFine(text, region, listCuts(options, sizer), options.size - options.overlap, sizer)) {
    const size = sizeOf(piece);
    if (used > 0 && used + size > options.size) {
      yield chunk;
      chunk = { start: startOfOverlap(text, chunk, options, sizer), end: piece.start };
      used = chunk.start === chunk.end ? 0 : sizeOf(chunk);
    }
    chunk.end = piece.end;
    used += size;
  }
  if (chunk.end > chunk.start) yield chunk;
}

function listCuts({ by, language }: ChunkOptions, sizer: TextSizer): Cut[] {
  const sentences: Cut = (text) => cutSentences(text, language);
  if (by === "size") return [sizer.cut, cutWords, cutGraphemes];
  return by === "sentence" ? [sentences, cutWords, cutGraphemes] : [cutParagraphs, sentences, cutWords, cutGraphemes];
}

/** Pieces of a span that are no larger than `limit`, each cut no finer than it has to be. */
function* cutFine(text: string, span: Span, [cut, ...finer]: Cut[], limit: number, sizer: TextSizer): Generator<Span> {
  if (!cut || sizer.measure(text.slice(span.start, span.end)) <= limit) {
    yield span;
    return;
  }
  let { start } = span;
  for (const piece of cut(text.slice(span.start, span.end))) {
    yield* cutFine(text, { start, end: start + piece.length }, finer, limit, sizer);
    start += piece.length;
  }
}

/** Where the next chunk begins to repeat: at a word, or at a character where chunks are cut anywhere. */
function startOfOverlap(text: string, chunk: Span, { by, overlap }: ChunkOptions, sizer: TextSizer): number {
  let start = chunk.end;
  if (overlap === 0) return start;
  const cut = by === "size" ? sizer.cut : cutWords;
  // Never the whole chunk, which would then say nothing that the next does not.
  const pieces = [...cut(text.slice(chunk.start, chunk.end))].slice(1);
  for (const piece of pieces.reverse()) {
    if (sizer.measure(text.slice(start - piece.length, chunk.end)) > overlap) break;
    start -= piece.length;
  }
  return start;
}

function* cutParagraphs(text: string): Generator<string> {
  let start = 0;
  for (const match of text.matchAll(/\n[^\S\n]*\n\s*/g)) {
    yield text.slice(start, match.index + match[0].length);
    start = match.index + match[0].length;
  }
  if (start < text.length) yield text.slice(start);
}

function* cutSentences(text: string, language: string): Generator<string> {
  const segmenter = new Intl.Segmenter(language === "" ? "und" : language, { granularity: "sentence" });
  for (const paragraph of cutParagraphs(text)) {
    // A line break within a paragraph ends no sentence, though Unicode says so.
    const unbroken = paragraph.trimEnd().replaceAll("\n", " ").padEnd(paragraph.length);
    for (const { index, segment } of segmenter.segment(unbroken)) yield paragraph.slice(index, index + segment.length);
  }
}
