import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type { PDFPageProxy } from "pdfjs-dist";
import { AppError } from "@/lib/core/app-error";
import { type DocumentText, MAX_DOCUMENT_CHARACTERS } from "./document";
import { type PdfPiece, writeLines } from "./pdf-lines";

/** From the folder that web and worker run in: a path from this file is another one, or none, where Next has bundled it. */
const requireHere = createRequire(join(process.cwd(), "package.json"));

/** Reads the text of a PDF, page by page; pages are a blank line apart. What a scanner made has none. */
export async function readPdf(bytes: Uint8Array, signal?: AbortSignal): Promise<DocumentText> {
  const { getDocument, VerbosityLevel } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const root = dirname(requireHere.resolve("pdfjs-dist/package.json"));
  const task = getDocument({
    data: bytes,
    // Without these tables, Chinese and Japanese documents of some makers have no text.
    cMapUrl: join(root, "cmaps") + sep,
    standardFontDataUrl: join(root, "standard_fonts") + sep,
    isEvalSupported: false,
    useSystemFonts: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const pdf = await task.promise;
    const document: DocumentText = { title: await readTitle(pdf), text: "", sections: [], pages: [], failures: [] };
    for (let page = 1; page <= pdf.numPages; page++) {
      signal?.throwIfAborted();
      try {
        const text = await readPage(await pdf.getPage(page));
        if (document.text !== "" && text !== "") document.text += "\n\n";
        document.pages.push({ start: document.text.length, page });
        document.text += text;
      } catch (error) {
        document.failures.push({ page, detail: error instanceof Error ? error.message : String(error) });
      }
      if (document.text.length > MAX_DOCUMENT_CHARACTERS) throw new AppError("file_too_large", { name: "its text", limit: "20 million characters" });
    }
    return document;
  } finally {
    await task.destroy();
  }
}

async function readTitle(pdf: { getMetadata(): Promise<{ info: object }> }): Promise<string | null> {
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  const title = "Title" in info && typeof info.Title === "string" ? info.Title.trim() : "";
  return title === "" ? null : title;
}

async function readPage(page: PDFPageProxy): Promise<string> {
  const { items, styles } = await page.getTextContent();
  const pieces = items.filter((item): item is Extract<typeof item, PdfPiece> => "str" in item);
  page.cleanup();
  return writeLines(pieces, (fontName) => styles[fontName]?.fontFamily === "monospace").replaceAll("\0", "").toWellFormed();
}
