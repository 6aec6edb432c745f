import { MAX_LINE_BYTES } from "./source-file";

const LF = 10;
const CR = 13;
const BACKSLASH = 92;
const SPACE = 32;

export interface CsvDialect {
  /** Byte between values. */
  delimiter: number;
  /** Byte around values, or -1. */
  quote: number;
  /** A backslash, rather than a second quote, stands before a quote within quotes. */
  hasBackslash: boolean;
  /** Spaces after a delimiter belong to it: `1, 2, "three"`. */
  skipsSpace: boolean;
}

export interface CsvRecord {
  /** Line the record starts on, from 1. */
  line: number;
  /** Byte offset of the record in the UTF-8 text. */
  offset: number;
  /** Without the line end; null where it is too long. */
  bytes: Buffer | null;
  /** Where each value ends in `bytes`; its delimiter stands there. */
  ends: number[];
  /** A quote that is never closed, or text after a closing one. */
  broken: boolean;
  /** A quote within a value that is not quoted. */
  hasBareQuote: boolean;
  hasLineBreak: boolean;
}

/**
 * Cuts CSV bytes into records without making a string of any value. Feed it chunks with `push`, then call `end`.
 * Blank lines are passed over.
 */
export class CsvScanner {
  private buffer: Buffer = Buffer.alloc(0);
  private at = 0;
  private line = 1;
  private startLine = 1;
  private offset = 0;
  private ends: number[] = [];
  private broken = false;
  private bare = false;
  private breaks = false;
  /** 0 start of a value, 1 plain value, 2 within quotes, 3 after a quote within quotes, 4 after a backslash within quotes. */
  private state = 0;
  private skipping = false;

  constructor(private readonly dialect: CsvDialect) {}

  push(chunk: Buffer): CsvRecord[] {
    this.buffer =
      this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
    const records: CsvRecord[] = [];
    const start = this.scan(records);
    this.offset += start;
    this.buffer = this.buffer.subarray(start);
    this.at -= start;
    this.ends = this.ends.map((end) => end - start);
    if (this.buffer.length > MAX_LINE_BYTES) this.skip();
    return records;
  }

  end(): CsvRecord[] {
    if (this.buffer.length === 0 && !this.skipping) return [];
    if (this.state === 2 || this.state === 4) this.broken = true;
    const records: CsvRecord[] = [];
    this.finish(records, 0, this.buffer.length);
    return records;
  }

  private scan(records: CsvRecord[]): number {
    const { delimiter, quote, hasBackslash, skipsSpace } = this.dialect;
    const bytes = this.buffer;
    let { at, state } = this;
    let start = 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LF) {
        this.line++;
        if ((state === 2 || state === 4) && !this.skipping) {
          this.breaks = true;
          state = 2;
          continue;
        }
        this.finish(records, start, at);
        start = at + 1;
        state = 0;
      } else if (state === 2) {
        if (byte === quote) state = 3;
        else if (hasBackslash && byte === BACKSLASH) state = 4;
      } else if (state === 4) {
        state = 2;
      } else if (byte === delimiter) {
        this.ends.push(at);
        state = 0;
      } else if (skipsSpace && byte === SPACE && state === 0 && this.ends.length > 0) {
        continue;
      } else if (byte === quote) {
        if (state === 0 || state === 3) state = 2;
        else this.bare = true;
      } else if (
        byte === CR &&
        (at + 1 === bytes.length || bytes[at + 1] === LF)
      ) {
        continue;
      } else if (state === 3) {
        this.broken = true;
        state = 1;
      } else state = 1;
    }
    this.at = at;
    this.state = state;
    return start;
  }

  private finish(records: CsvRecord[], start: number, end: number): void {
    const bytes = this.buffer;
    const last = end > start && bytes[end - 1] === CR ? end - 1 : end;
    const isBlank = last === start && !this.skipping;
    if (!isBlank) {
      const ends = [...this.ends.map((place) => place - start), last - start];
      const taken = this.dialect.skipsSpace && !this.skipping ? takeSpacesOff(bytes.subarray(start, last), ends) : { bytes: bytes.subarray(start, last), ends };
      records.push({
        line: this.startLine,
        offset: this.offset + start,
        bytes: this.skipping ? null : taken.bytes,
        ends: taken.ends,
        broken: this.broken,
        hasBareQuote: this.bare,
        hasLineBreak: this.breaks,
      });
    }
    this.ends = [];
    this.broken = this.bare = this.breaks = this.skipping = false;
    this.startLine = this.line;
  }

  private skip(): void {
    this.skipping = true;
    this.state = 1;
    this.offset += this.buffer.length;
    this.buffer = Buffer.alloc(0);
    this.at = 0;
    this.ends = [];
  }
}

/** A record without the spaces that its values after the first begin with. */
function takeSpacesOff(bytes: Buffer, ends: readonly number[]): { bytes: Buffer; ends: number[] } {
  const pieces: Buffer[] = [];
  const places: number[] = [];
  let size = 0;
  let start = 0;
  for (const [index, end] of ends.entries()) {
    let from = start;
    while (index > 0 && from < end && bytes[from] === SPACE) from++;
    // With the delimiter behind it.
    const piece = bytes.subarray(from, Math.min(end + 1, bytes.length));
    pieces.push(piece);
    places.push(size + end - from);
    size += piece.length;
    start = end + 1;
  }
  return { bytes: Buffer.concat(pieces), ends: places };
}

/** Whether the value that starts at a byte is in quotes. */
export function isQuotedAt({ bytes }: CsvRecord, start: number, { quote }: CsvDialect): boolean {
  return quote >= 0 && bytes?.[start] === quote;
}

/** The values of a record as text. */
export function decodeRecord(record: CsvRecord, dialect: CsvDialect): string[] {
  const { bytes, ends } = record;
  if (!bytes) return [];
  let start = 0;
  return ends.map((end) => {
    const raw = bytes.toString("utf8", start, end);
    start = end + 1;
    return decodeValue(raw, dialect);
  });
}

/** A value without its quotes. */
export function decodeValue(raw: string, { quote, hasBackslash }: CsvDialect): string {
  const mark = quote < 0 ? null : String.fromCharCode(quote);
  if (mark === null || raw.length < 2 || !raw.startsWith(mark) || !raw.endsWith(mark)) return raw;
  const inner = raw.slice(1, -1);
  // Other signs after a backslash are left as they are: `C:\new` is a path more often than a line break.
  return hasBackslash ? inner.replaceAll(mark + mark, mark).replace(/\\(["'\\])/g, "$1") : inner.replaceAll(mark + mark, mark);
}
