import type { TextSource } from "./open-text";
import { MAX_LINE_BYTES } from "./source-file";

export interface FileLine {
  /** From 1. */
  line: number;
  /** Without the line end; null where the line is longer than `MAX_LINE_BYTES`. */
  bytes: Buffer | null;
}

/** Lines of a text file, one chunk's worth at a time. LF and CRLF end a line. */
export async function* readLines(text: TextSource): AsyncGenerator<FileLine[]> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let line = 1;
  const finish = (tail: Buffer): FileLine => {
    const tooLong = pendingBytes + tail.length > MAX_LINE_BYTES;
    let bytes: Buffer | null = tooLong ? null : pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
    pending = [];
    pendingBytes = 0;
    if (bytes?.at(-1) === 13) bytes = bytes.subarray(0, -1);
    return { line: line++, bytes };
  };
  for await (const chunk of text.chunks()) {
    const lines: FileLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      lines.push(finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    pendingBytes += chunk.length - start;
    if (pendingBytes > MAX_LINE_BYTES) pending = [];
    else if (start < chunk.length) pending.push(chunk.subarray(start));
    yield lines;
  }
  if (pendingBytes > 0) yield [finish(Buffer.alloc(0))];
}
