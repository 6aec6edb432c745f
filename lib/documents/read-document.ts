import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { TextEncoding } from "@/lib/core/text-encodings";
import { detectEncoding, utf16Endianness, utf32Endianness } from "@/lib/tables/files/detect-encoding";
import { decodeLatin, decodeUtf32 } from "@/lib/tables/files/open-text";
import type { SourceFile } from "@/lib/tables/files/source-file";
import { type DocumentText, MAX_DOCUMENT_BYTES, MAX_DOCUMENT_CHARACTERS } from "./document";
import { readHtml } from "./html-text";
import { readMarkdown } from "./markdown-text";
import { readPdf } from "./pdf-text";
import { readDocx } from "./read-docx";

export type WantedEncoding = "auto" | TextEncoding;
export type DocumentFormat = "pdf" | "docx" | "html" | "markdown" | "text";

const byEnding: Record<string, DocumentFormat> = {
  ".pdf": "pdf",
  ".docx": "docx",
  ".html": "html",
  ".htm": "html",
  ".xhtml": "html",
  ".md": "markdown",
  ".markdown": "markdown",
  ".txt": "text",
  ".text": "text",
};

const words: Record<DocumentFormat, string> = { pdf: "PDF", docx: "Word", html: "HTML", markdown: "Markdown", text: "text" };

export function formatOfName(name: string): DocumentFormat | null {
  return byEnding[extname(name).toLowerCase()] ?? null;
}

/** Reads a document; `encoding` is that of texts and pages, found out if it is `auto`. Throws `file_too_large`, `file_encoding`, `file_unreadable`, `document_empty`, `zip_unsafe`. */
export async function readDocument(file: SourceFile, format: DocumentFormat, encoding: WantedEncoding, signal?: AbortSignal): Promise<DocumentText> {
  if ((await stat(file.path)).size > MAX_DOCUMENT_BYTES) throw new AppError("file_too_large", { name: file.name, limit: "200 MB" });
  try {
    const document = await readAs(file, format, encoding, signal);
    if (document.text.length > MAX_DOCUMENT_CHARACTERS) throw new AppError("file_too_large", { name: file.name, limit: "20 million characters" });
    if (document.text.trim() === "" && document.failures.length === 0) throw new AppError("document_empty", { name: file.name });
    return document;
  } catch (error) {
    // A Word document is a ZIP inside, which is not what a person calls it.
    const isPacking = isAppError(error) && error.code === "file_unreadable";
    if ((isAppError(error) && !isPacking) || signal?.aborted) throw error;
    const detail = isPacking ? String(error.data.detail) : error instanceof Error ? error.message : String(error);
    throw new AppError("file_unreadable", { name: file.name, format: words[format], detail }, { cause: error });
  }
}

async function readAs(file: SourceFile, format: DocumentFormat, encoding: WantedEncoding, signal?: AbortSignal): Promise<DocumentText> {
  if (format === "docx") return readDocx(file);
  const bytes = await readFile(file.path);
  if (format === "pdf") return readPdf(new Uint8Array(bytes), signal);
  if (format === "html") return readHtml(encoding === "auto" ? decodeHtml(bytes, file) : decodeAs(bytes, encoding));
  const used = encoding === "auto" ? detectEncoding(bytes) : encoding;
  const text = decodeText(bytes, file, used);
  const document = format === "markdown" ? readMarkdown(text) : { title: null, text, sections: [], pages: [], failures: [] };
  return { ...document, ...(encoding === "auto" && used !== "utf-8" && { guessed: used }), ...(used === "utf-8" && !isUtf8(bytes) && { unread: text.split("\uFFFD").length - 1 }) };
}

/** What is no text at all is refused. */
function decodeText(bytes: Buffer, { name }: SourceFile, encoding = detectEncoding(bytes)): string {
  if (encoding !== "utf-16" && encoding !== "utf-32" && bytes.subarray(0, 4096).includes(0)) throw new AppError("document_encoding", { name });
  return decodeAs(bytes, encoding);
}

function decodeAs(bytes: Buffer, encoding: TextEncoding): string {
  if (encoding === "utf-32") return decodeUtf32(bytes, utf32Endianness(bytes) === "be").replaceAll("\r\n", "\n");
  const label = encoding === "utf-16" ? (utf16Endianness(bytes) ?? "utf-16le") : encoding;
  // Vietnamese in windows-1258 writes a tone after its vowel; together they are one letter.
  const text = label === "latin-1" ? decodeLatin(bytes) : new TextDecoder(label).decode(bytes);
  return (label === "windows-1258" ? text.normalize("NFC") : text).replaceAll("\r\n", "\n");
}

/** A page names its encoding in its head; where it names none it is UTF-8 or what browsers take it for. */
export function decodeHtml(bytes: Buffer, file: SourceFile, charset?: string): string {
  const head = bytes.toString("latin1", 0, 4096);
  const named = charset ?? /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1] ?? /^<\?xml[^>]+encoding=["']([\w-]+)/.exec(head)?.[1];
  const isMarked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isMarked) return decodeText(bytes, file);
  try {
    return named === undefined ? decodeText(bytes, file) : new TextDecoder(named).decode(bytes);
  } catch {
    throw new AppError("document_encoding", { name: file.name });
  }
}
