import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { SourceFile, SourceTable } from "@/lib/tables/files/source-file";
import { openZip, type ZipMember } from "@/lib/tables/files/zip-archive";
import type { Chunking } from "./chunk-document";
import { type DocumentText, MAX_DOCUMENT_BYTES } from "./document";
import { DocumentRows } from "./document-rows";
import { type DocumentFormat, formatOfName, readDocument, type WantedEncoding } from "./read-document";

interface DocumentContext {
  scratch: string;
  signal: AbortSignal;
  rowLimit: number | null;
  /** Of texts and pages. */
  encoding: WantedEncoding;
}

/**
 * Reads a document, or each of an archive by itself: one that cannot be read is a failed row, and the others go on. Throws
 * `zip_unsafe`, `file_unreadable` of an archive, and of a single document what reading it throws.
 */
export async function loadDocuments(context: DocumentContext, file: SourceFile, chunking: Chunking | null): Promise<SourceTable> {
  const rows = await DocumentRows.create(context.scratch, { origin: "file", chunking, rowLimit: context.rowLimit });
  const format = await findFormat(file);
  if (format !== "archive") {
    await rows.add(file.name, await readDocument(file, format, context.encoding, context.signal));
    return rows.close();
  }
  const archive = await openZip(file);
  try {
    for (const member of archive.members) {
      if (rows.isFull) break;
      if (!isHidden(member.name)) await addMember(context, rows, member);
    }
  } finally {
    archive.close();
  }
  return rows.close();
}

/** The first document that can be read, of an archive too. Throws what reading the first one throws where none can. */
export async function readFirstDocument(context: Omit<DocumentContext, "rowLimit">, file: SourceFile): Promise<{ name: string; document: DocumentText }> {
  const format = await findFormat(file);
  if (format !== "archive") return { name: file.name, document: await readDocument(file, format, context.encoding, context.signal) };
  const archive = await openZip(file);
  let first: AppError | null = null;
  try {
    for (const member of archive.members.filter(({ name }) => !isHidden(name))) {
      try {
        return { name: member.name, document: await readMember(context, member) };
      } catch (error) {
        if (context.signal.aborted) throw error;
        first ??= wrapMemberError(member, error);
      }
    }
  } finally {
    archive.close();
  }
  throw first ?? new AppError("document_empty", { name: file.name });
}

async function addMember(context: DocumentContext, rows: DocumentRows, member: ZipMember): Promise<void> {
  try {
    await rows.add(member.name, await readMember(context, member));
  } catch (error) {
    if (context.signal.aborted) throw error;
    await rows.fail(wrapMemberError(member, error));
  }
}

async function readMember({ scratch, encoding, signal }: Omit<DocumentContext, "rowLimit">, member: ZipMember): Promise<DocumentText> {
  signal.throwIfAborted();
  const path = join(scratch, "document");
  try {
    const format = formatOfName(member.name);
    if (format === null) throw new AppError("document_format_unknown", { name: member.name });
    if (member.size > MAX_DOCUMENT_BYTES) throw new AppError("file_too_large", { name: member.name, limit: "200 MB" });
    await pipeline(await member.open(), createWriteStream(path), { signal });
    return await readDocument({ path, name: member.name }, format, encoding, signal);
  } finally {
    await rm(path, { force: true });
  }
}

function wrapMemberError({ name }: ZipMember, error: unknown): AppError {
  if (isAppError(error)) return error;
  return new AppError("file_unreadable", { name, format: "ZIP", detail: error instanceof Error ? error.message : String(error) }, { cause: error });
}

/** What systems put beside a person's files. */
function isHidden(name: string): boolean {
  return /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|~\$)/.test(name);
}

async function findFormat(file: SourceFile): Promise<DocumentFormat | "archive"> {
  const known = formatOfName(file.name);
  if (known !== null) return known;
  const handle = await open(file.path, "r");
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0).finally(() => handle.close());
  const head = buffer.toString("latin1", 0, bytesRead);
  if (head.startsWith("PK\u0003\u0004")) return "archive";
  if (head.startsWith("%PDF")) return "pdf";
  if (/<html|<!doctype html/i.test(head)) return "html";
  throw new AppError("document_format_unknown", { name: file.name });
}
