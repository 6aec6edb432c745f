import { createReadStream } from "node:fs";
import type { SourceOptions } from "./source-file";

/** Chunks of a file as UTF-8 bytes without a byte order mark. Chunks may end within a character. */
export async function* readUtf8(
  path: string,
  encoding: SourceOptions["encoding"],
  bytes?: number,
): AsyncGenerator<Buffer> {
  const stream = createReadStream(path, {
    highWaterMark: 1 << 20,
    ...(bytes === undefined ? {} : { end: bytes - 1 }),
  });
  let decoder: TextDecoder | null = null;
  let isFirst = true;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (isFirst && encoding === "latin-1")
      decoder = new TextDecoder("windows-1252");
    if (isFirst && encoding === "utf-16")
      decoder = new TextDecoder(
        chunk[0] === 0xfe && chunk[1] === 0xff ? "utf-16be" : "utf-16le",
      );
    if (decoder)
      yield Buffer.from(decoder.decode(chunk, { stream: true }), "utf8");
    else
      yield isFirst &&
      chunk[0] === 0xef &&
      chunk[1] === 0xbb &&
      chunk[2] === 0xbf
        ? chunk.subarray(3)
        : chunk;
    isFirst = false;
  }
  if (decoder) yield Buffer.from(decoder.decode(), "utf8");
}
