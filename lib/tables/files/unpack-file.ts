import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import unbzip2 from "unbzip2-stream";
import type * as Xz from "xz-decompress";
import { AppError, isAppError } from "@/lib/core/app-error";
import { readStart } from "./open-text";
import type { SourceContext, SourceFile } from "./source-file";
import type { ZipMember } from "./zip-archive";

const MAX_BYTES = 100 * 2 ** 30;
const START_BYTES = 1 << 16;

/** A stage of a pipeline: packed bytes in, what was packed out. */
type Unpacker = NodeJS.ReadWriteStream | ((packed: NodeJS.ReadableStream) => AsyncIterable<Uint8Array>);

interface Packing {
  name: string;
  ending: RegExp;
  isAt: (start: Buffer) => boolean;
  create: () => Unpacker;
}

const packings: readonly Packing[] = [
  { name: "gzip", ending: /\.gz(ip)?$/i, isAt: (start) => start[0] === 0x1f && start[1] === 0x8b, create: () => createGunzip() },
  { name: "bzip2", ending: /\.bz2$/i, isAt: (start) => /^BZh[1-9]1AY&SY/.test(start.toString("latin1", 0, 10)), create: () => unbzip2() },
  { name: "Zstandard", ending: /\.zst(d)?$/i, isAt: isZstd, create: () => unpackZstd },
  { name: "xz", ending: /\.xz$/i, isAt: (start) => start.toString("latin1", 0, 6) === "\u00FD7zXZ\0", create: () => unpackXz },
];

/** A frame, or one to be skipped, which `pzstd` begins with. */
function isZstd(start: Buffer): boolean {
  if (start.length < 4) return false;
  const magic = start.readUInt32LE(0);
  return magic === 0xfd2fb528 || (magic >= 0x184d2a50 && magic <= 0x184d2a5f);
}

/** Four bytes of Zstandard can stand for 128 KB, all of which comes out at once: a slice this long makes 32 MB at most. */
const SLICE_BYTES = 1024;

async function* unpackZstd(packed: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  let made: Buffer[] = [];
  // The decoder writes over what it has handed out.
  const decoder = new Decompress((piece) => made.push(Buffer.from(piece)));
  const take = (): Buffer[] => {
    const taken = made;
    made = [];
    return taken;
  };
  for await (const chunk of packed as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      decoder.push(chunk.subarray(at, at + SLICE_BYTES));
      yield* take();
    }
  }
  decoder.push(new Uint8Array(0), true);
  yield* take();
}

async function* unpackXz(packed: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  const loaded: object = await import("xz-decompress");
  // Its types speak of an ES module; Node finds a CommonJS one, whose exports are the default.
  const { XzReadableStream } = ("default" in loaded ? loaded.default : loaded) as typeof Xz;
  const from = Readable.toWeb(Readable.from(packed)) as globalThis.ReadableStream<Uint8Array>;
  yield* Readable.fromWeb(new XzReadableStream(from) as ReadableStream<Uint8Array>) as AsyncIterable<Uint8Array>;
}

/**
 * The file itself, or what is packed in it. Throws `file_old_format` and `file_protected` for files of other programs,
 * `file_unreadable`, `file_too_large`.
 */
export async function unpackFile(context: Pick<SourceContext, "scratch" | "signal">, file: SourceFile): Promise<SourceFile> {
  const start = await readStart(file.path, START_BYTES);
  refuseOldOffice(start, file.name);
  const packing = packings.find(({ isAt }) => isAt(start));
  if (!packing) return file;
  return writeOut(context, createReadStream(file.path), file, { name: file.name.replace(packing.ending, ""), format: packing.name }, packing.create());
}

/** A member of an archive as a file. */
export async function unpackMember(context: Pick<SourceContext, "scratch" | "signal">, member: ZipMember, file: SourceFile): Promise<SourceFile> {
  return writeOut(context, await member.open(), file, { name: member.name.split("/").at(-1) ?? member.name, format: "ZIP" });
}

async function writeOut({ scratch, signal }: Pick<SourceContext, "scratch" | "signal">, from: NodeJS.ReadableStream, file: SourceFile, to: { name: string; format: string }, unpacker?: Unpacker): Promise<SourceFile> {
  const path = join(scratch, "unpacked");
  const options = signal ? { signal } : {};
  try {
    await (unpacker ? pipeline(from, unpacker, limit(file.name), createWriteStream(path), options) : pipeline(from, limit(file.name), createWriteStream(path), options));
  } catch (error) {
    if (isAppError(error) || signal?.aborted) throw error;
    throw new AppError("file_unreadable", { name: file.name, format: to.format, detail: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
  return { path, name: to.name };
}

function limit(name: string): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      size += chunk.length;
      if (size > MAX_BYTES) done(new AppError("file_too_large", { name, limit: "100 GB unpacked" }));
      else done(null, chunk);
    },
  });
}

const COMPOUND_FILE = "d0cf11e0a1b11ae1";

/** Excel, Word and PowerPoint before 2007, and whatever Office keeps behind a password since, are compound files. */
function refuseOldOffice(start: Buffer, name: string): void {
  if (start.toString("hex", 0, 8) !== COMPOUND_FILE) return;
  // Names in its directory are UTF-16.
  const text = start.toString("latin1").replaceAll("\0", "");
  if (text.includes("EncryptedPackage") || text.includes("EncryptionInfo")) throw new AppError("file_protected", { name });
  if (/WordDocument/.test(text)) throw new AppError("file_old_format", { name, format: "Word’s format before 2007 (.doc)", wanted: "a workbook (.xlsx) or CSV" });
  throw new AppError("file_old_format", { name, format: "Excel’s format before 2007 (.xls)", wanted: "a workbook of today (.xlsx)" });
}
