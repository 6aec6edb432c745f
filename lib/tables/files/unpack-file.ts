import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import unbzip2 from "unbzip2-stream";
import { AppError, isAppError } from "@/lib/core/app-error";
import { readStart } from "./open-text";
import type { SourceContext, SourceFile } from "./source-file";
import type { ZipMember } from "./zip-archive";

const MAX_BYTES = 100 * 2 ** 30;
const START_BYTES = 1 << 16;

type Unpacker = NodeJS.ReadWriteStream;

interface Packing {
  name: string;
  ending: RegExp;
  isAt: (start: Buffer) => boolean;
  create: () => Unpacker | null;
}

const packings: readonly Packing[] = [
  { name: "gzip", ending: /\.gz(ip)?$/i, isAt: (start) => start[0] === 0x1f && start[1] === 0x8b, create: () => zlib.createGunzip() },
  { name: "bzip2", ending: /\.bz2$/i, isAt: (start) => /^BZh[1-9]1AY&SY/.test(start.toString("latin1", 0, 10)), create: () => unbzip2() },
  { name: "Zstandard", ending: /\.zst(d)?$/i, isAt: (start) => start.length > 3 && start.readUInt32LE(0) === 0xfd2fb528, create: createZstd },
  { name: "xz", ending: /\.xz$/i, isAt: (start) => start.toString("latin1", 0, 6) === "\u00FD7zXZ\0", create: () => null },
];

/** Node has it from 22.15 on. */
function createZstd(): Unpacker | null {
  return "createZstdDecompress" in zlib ? (zlib.createZstdDecompress as () => Unpacker)() : null;
}

/**
 * The file itself, or what is packed in it. Throws `file_old_format`, `file_protected` for files of other programs, `file_unreadable`,
 * `file_too_large`.
 */
export async function unpackFile(context: Pick<SourceContext, "scratch" | "signal">, file: SourceFile): Promise<SourceFile> {
  const start = await readStart(file.path, START_BYTES);
  refuseOldOffice(start, file.name);
  const packing = packings.find(({ isAt }) => isAt(start));
  if (!packing) return file;
  const unpacker = packing.create();
  if (!unpacker) throw new AppError("file_old_format", { name: file.name, format: packing.name, wanted: "gzip (.gz)" });
  return writeOut(context, createReadStream(file.path), file, { name: file.name.replace(packing.ending, ""), format: packing.name }, unpacker);
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
