import type { Readable } from "node:stream";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { SourceFile } from "./source-file";

export interface ZipMember {
  /** Path in the archive. Never used as a path here. */
  name: string;
  /** Bytes when unpacked; a member that holds more is refused while it is read. */
  size: number;
  open(): Promise<Readable>;
}

export interface ZipArchive {
  members: ZipMember[];
  close(): void;
}

export interface ZipLimits {
  members: number;
  /** Bytes of all members together, unpacked. */
  bytes: number;
}

const defaultLimits: ZipLimits = { members: 20_000, bytes: 100 * 2 ** 30 };
/** Text packs to a tenth, a spreadsheet to a fiftieth; what packs much smaller is made to fill a disk. */
const MAX_RATIO = 200;
const RATIO_FREE_BYTES = 16 * 2 ** 20;
const SYMBOLIC_LINK = 0o120000;

/** Opens an archive and checks all of it before any byte is unpacked. Throws `zip_unsafe`, `file_unreadable`. */
export async function openZip(file: SourceFile, limits = defaultLimits): Promise<ZipArchive> {
  const zip = await openPromise(file.path, { lazyEntries: true, autoClose: false, strictFileNames: true }).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    return { members: await listMembers(zip, file, limits), close: () => { zip.close(); } };
  } catch (error) {
    zip.close();
    throw isAppError(error) ? error : unreadable(file, error);
  }
}

async function listMembers(zip: ZipFile, file: SourceFile, limits: ZipLimits): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  let packed = 0;
  let unpacked = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    packed += entry.compressedSize;
    unpacked += entry.uncompressedSize;
    const danger = findDanger(entry)
      ?? (members.length >= limits.members ? `it holds more than ${limits.members} files` : null)
      ?? (unpacked > limits.bytes ? `it unpacks to more than ${Math.round(limits.bytes / 2 ** 20)} MB` : null)
      ?? (packed > zip.fileSize ? "its files overlap" : null);
    if (danger !== null) throw new AppError("zip_unsafe", { name: file.name, detail: danger });
    members.push({ name: entry.fileName, size: entry.uncompressedSize, open: () => zip.openReadStreamPromise(entry) });
  }
  return members;
}

function findDanger(entry: Entry): string | null {
  if (entry.isEncrypted()) return `“${entry.fileName}” is encrypted`;
  if (((entry.externalFileAttributes >>> 16) & 0o170000) === SYMBOLIC_LINK) return `“${entry.fileName}” is a link`;
  const isBomb = entry.uncompressedSize > RATIO_FREE_BYTES && entry.uncompressedSize > entry.compressedSize * MAX_RATIO;
  return isBomb ? `“${entry.fileName}” unpacks to more than ${MAX_RATIO} times its size` : null;
}

/** All of a small member. Throws `file_too_large`. */
export async function readMember(member: ZipMember, maxBytes: number): Promise<Buffer> {
  if (member.size > maxBytes) throw new AppError("file_too_large", { name: member.name, limit: `${Math.round(maxBytes / 2 ** 20)} MB` });
  const pieces: Buffer[] = [];
  for await (const piece of (await member.open()) as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

function unreadable(file: SourceFile, error: unknown): AppError {
  const detail = error instanceof Error ? error.message : String(error);
  // The library's own refusals of names that lead out of a folder.
  if (/absolute path|invalid relative path|invalid characters/.test(detail)) return new AppError("zip_unsafe", { name: file.name, detail }, { cause: error });
  return new AppError("file_unreadable", { name: file.name, format: "ZIP", detail }, { cause: error });
}
