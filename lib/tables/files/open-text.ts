import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { detectEncoding, utf16Endianness, utf32Endianness } from "./detect-encoding";
import type { SourceFile, SourceNote, SourceOptions } from "./source-file";
import type { TextEncoding } from "@/lib/core/text-encodings";

const SAMPLE_BYTES = 1 << 20;
const REPLACEMENT = Buffer.from("\uFFFD");

/** A text file whose encoding is known. */
export interface TextSource {
  file: SourceFile;
  encoding: TextEncoding;
  /** It begins with a byte order mark, as our own CSV for spreadsheets does. */
  hasMark: boolean;
  notes: SourceNote[];
  /** The text as UTF-8 bytes without a byte order mark, lines ending in LF or CRLF. Chunks may end within a character. */
  chunks(): AsyncGenerator<Buffer>;
  /** As much of the beginning as guesses go by. */
  sample(): Promise<{ bytes: Buffer; isWhole: boolean }>;
  /** Whether all of a piece was text in the file's encoding. */
  isSound(piece: Buffer): boolean;
}

export async function openText(file: SourceFile, wanted: SourceOptions["encoding"]): Promise<TextSource> {
  const start = await readStart(file.path, SAMPLE_BYTES);
  const encoding = wanted === "auto" ? detectEncoding(start) : wanted;
  const decoded = await collect(decode(file.path, encoding, start, SAMPLE_BYTES));
  // As the Macintosh wrote them before 2001.
  const endsInReturns = decoded.includes(13) && !decoded.includes(10);
  const chunks = (bytes?: number): AsyncGenerator<Buffer> => {
    const text = decode(file.path, encoding, start, bytes);
    return endsInReturns ? returnsToLineFeeds(text) : text;
  };
  return {
    file,
    encoding,
    hasMark: start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf,
    notes: wanted === "auto" && encoding !== "utf-8" ? [{ code: "encoding", data: { encoding }, param: "encoding" }] : [],
    chunks: () => chunks(),
    sample: async () => ({ bytes: await collect(chunks(SAMPLE_BYTES)), isWhole: (await stat(file.path)).size <= SAMPLE_BYTES }),
    // What a decoder cannot read it replaces; files of the other encodings do not hold that sign themselves.
    isSound: (piece) => (encoding === "utf-8" ? isUtf8(piece) : !piece.includes(REPLACEMENT)),
  };
}

/** The first bytes of a file. */
export async function readStart(path: string, bytes: number): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function* decode(path: string, encoding: TextEncoding, start: Buffer, bytes?: number): AsyncGenerator<Buffer> {
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(bytes === undefined ? {} : { end: bytes - 1 }) }) as AsyncIterable<Buffer>;
  if (encoding === "latin-1") {
    for await (const chunk of stream) yield Buffer.from(decodeLatin(chunk), "utf8");
    return;
  }
  if (encoding === "utf-32") {
    yield* decodeUtf32Stream(stream, utf32Endianness(start) === "be");
    return;
  }
  if (encoding !== "utf-8") {
    const decoder = new TextDecoder(encoding === "utf-16" ? (utf16Endianness(start) ?? "utf-16le") : encoding);
    yield* encoding === "windows-1258" ? composed(decoder, stream) : decodeWith(decoder, stream);
    return;
  }
  let isFirst = true;
  for await (const chunk of stream) {
    const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    yield hasMark ? chunk.subarray(3) : chunk;
    isFirst = false;
  }
}

/** Signs of windows-1252 from 0x80 on. Some versions of Node read it as ISO 8859-1, which has none there. */
const windowsSigns = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

export function decodeLatin(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[\x80-\x9F]/g, (sign) => windowsSigns[sign.charCodeAt(0) - 0x80] ?? sign);
}

async function* decodeWith(decoder: TextDecoder, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield Buffer.from(decoder.decode(chunk, { stream: true }), "utf8");
  yield Buffer.from(decoder.decode(), "utf8");
}

/** Four bytes are one character, as Python writes them; what is none becomes U+FFFD. A mark at the beginning is no text. */
export function decodeUtf32(bytes: Buffer, isBigEndian: boolean): string {
  const signs: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    if (at > 0 || code !== 0xfeff) signs.push(code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? "\uFFFD" : String.fromCodePoint(code));
  }
  return signs.join("");
}

async function* decodeUtf32Stream(stream: AsyncIterable<Buffer>, isBigEndian: boolean): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([rest, chunk]);
    rest = bytes.subarray(bytes.length - (bytes.length % 4));
    yield Buffer.from(decodeUtf32(bytes, isBigEndian), "utf8");
  }
  if (rest.length > 0) yield REPLACEMENT;
}

/** Windows-1258 writes vowel and tone apart; everyone else writes one letter. */
async function* composed(decoder: TextDecoder, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = "";
  for await (const chunk of stream) {
    const text = rest + decoder.decode(chunk, { stream: true });
    // The last letter may get its tone from the next chunk.
    rest = text.slice(-1);
    yield Buffer.from(text.slice(0, -1).normalize("NFC"), "utf8");
  }
  yield Buffer.from((rest + decoder.decode()).normalize("NFC"), "utf8");
}

async function* returnsToLineFeeds(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of text) {
    for (let at = chunk.indexOf(13); at >= 0; at = chunk.indexOf(13, at + 1)) chunk[at] = 10;
    yield chunk;
  }
}

async function collect(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
