import type { TextEncoding } from "@/lib/core/text-encodings";

/** A document as text. Places in it are UTF-16 offsets into `text`. */
export interface DocumentText {
  title: string | null;
  text: string;
  /** Where each heading's part begins, in order; what stands before the first belongs to none. */
  sections: { start: number; path: string[] }[];
  /** Where each page begins, in order; empty where the format has no pages. */
  pages: { start: number; page: number }[];
  /** Parts that could not be read, such as a page. */
  failures: { page: number; detail: string }[];
  /** The encoding that its bytes spoke for, if nobody named one and it is not UTF-8. */
  guessed?: TextEncoding;
  /** Characters that are none in its encoding, each of which became U+FFFD; left out for none. */
  unread?: number;
}

/** Keeps the path of headings while a document is read from top to bottom. */
export class SectionPath {
  readonly sections: DocumentText["sections"] = [];
  private open: { level: number; title: string }[] = [];

  /** A heading of a level (1 is the highest) that begins at `start`. */
  enter(level: number, title: string, start: number): void {
    this.open = [...this.open.filter((above) => above.level < level), { level, title }];
    this.sections.push({ start, path: this.open.map((above) => above.title) });
  }
}

/** Longest text of one document, in characters; one larger is refused rather than held in memory. */
export const MAX_DOCUMENT_CHARACTERS = 20_000_000;
/** Largest file of one document, in bytes. */
export const MAX_DOCUMENT_BYTES = 200 * 2 ** 20;
