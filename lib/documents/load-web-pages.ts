import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { AppError, isAppError } from "@/lib/core/app-error";
import type { SourceTable } from "@/lib/tables/files/source-file";
import type { Chunking } from "./chunk-document";
import type { DocumentText } from "./document";
import { DocumentRows } from "./document-rows";
import { type FetchedPage, fetchPage } from "./fetch-page";
import { readHtml } from "./html-text";
import { decodeHtml, type DocumentFormat, readDocument } from "./read-document";

interface PageContext {
  scratch: string;
  signal: AbortSignal;
  rowLimit: number | null;
  privateHosts: readonly string[];
}

export interface PageOptions {
  chunking: Chunking | null;
  /** Leave out menus, advertisements and the like. */
  mainTextOnly: boolean;
}

/** Pages fetched ahead of the one being read. */
const AHEAD = 4;

/** Fetches pages, a few at a time, and reads them in order; one that cannot be had or read is a failed row. */
export async function loadWebPages(context: PageContext, urls: readonly string[], options: PageOptions): Promise<SourceTable> {
  const rows = await DocumentRows.create(context.scratch, { origin: "url", chunking: options.chunking, rowLimit: context.rowLimit });
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const under = new Map<number, Promise<FetchedPage | AppError>>();
  try {
    for (const [index, url] of urls.entries()) {
      if (rows.isFull) break;
      for (let ahead = index; ahead < Math.min(index + AHEAD, urls.length); ahead++) {
        if (!under.has(ahead)) under.set(ahead, fetchOrError(urls[ahead] ?? "", context.privateHosts, signal));
      }
      const page = await under.get(index);
      under.set(index, Promise.resolve(new AppError("cancelled")));
      context.signal.throwIfAborted();
      if (page) await addPage(context, rows, url, page, options.mainTextOnly);
    }
  } finally {
    stop.abort();
  }
  return rows.close();
}

/** One page as text. Throws what fetching and reading it throws. */
export async function readWebPage(context: Omit<PageContext, "rowLimit">, url: string, mainTextOnly: boolean): Promise<DocumentText> {
  return readPage(await fetchPage(url, context), { ...context, url, mainTextOnly });
}

function fetchOrError(url: string, privateHosts: readonly string[], signal: AbortSignal): Promise<FetchedPage | AppError> {
  return fetchPage(url, { privateHosts, signal }).catch((error: unknown) => {
    if (isAppError(error)) return error;
    return new AppError("page_unreachable", { url, detail: String(error) }, { cause: error });
  });
}

async function addPage(context: PageContext, rows: DocumentRows, url: string, page: FetchedPage | AppError, mainTextOnly: boolean): Promise<void> {
  try {
    if (isAppError(page)) throw page;
    await rows.add(url, await readPage(page, { ...context, url, mainTextOnly }));
  } catch (error) {
    if (context.signal.aborted || !isAppError(error)) throw error;
    await rows.fail(error);
  }
}

async function readPage(page: FetchedPage, { url, scratch, signal, mainTextOnly }: { url: string; scratch: string; signal: AbortSignal; mainTextOnly: boolean }): Promise<DocumentText> {
  const [type = "", ...rest] = page.contentType.toLowerCase().split(";");
  const charset = /charset=["']?([\w-]+)/.exec(rest.join(";"))?.[1];
  const format = formatOf(type.trim(), page.body);
  if (format === null) throw new AppError("page_type_unknown", { url, type: type.trim() });
  if (format === "html") {
    const document = readWebHtml(decodeHtml(page.body, { path: "", name: url }, charset), mainTextOnly);
    if (document.text.trim() === "") throw new AppError("document_empty", { name: url });
    return document;
  }
  const path = join(scratch, "page");
  await writeFile(path, format === "pdf" ? page.body : decodeHtml(page.body, { path: "", name: url }, charset));
  try {
    return await readDocument({ path, name: url }, format, "utf-8", signal);
  } finally {
    await rm(path, { force: true });
  }
}

function formatOf(type: string, body: Buffer): DocumentFormat | null {
  if (type === "application/pdf" || body.toString("latin1", 0, 5) === "%PDF-") return "pdf";
  if (type === "text/html" || type === "application/xhtml+xml") return "html";
  if (type === "text/markdown") return "markdown";
  if (type.startsWith("text/") || type === "application/json") return "text";
  return type === "" && /<html|<!doctype html/i.test(body.toString("latin1", 0, 1024)) ? "html" : null;
}

/** The text of a page; where its main part cannot be told from the rest, all of it. */
export function readWebHtml(html: string, mainTextOnly: boolean): DocumentText {
  const whole = readHtml(html);
  if (!mainTextOnly) return whole;
  const { document } = parseHTML(html);
  const article = new Readability(document).parse();
  if (!article?.content) return whole;
  const main = readHtml(article.content);
  return main.text.trim() === "" ? whole : { ...main, title: article.title?.trim() || whole.title };
}
