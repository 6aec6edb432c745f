import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Agent, type Dispatcher, request } from "undici";
import { AppError, isAppError } from "@/lib/core/app-error";
import { kindOfAddress } from "@/lib/core/public-address";

export interface FetchedPage {
  /** Where it was in the end. */
  url: string;
  contentType: string;
  body: Buffer;
}

export interface FetchOptions {
  /** Names or addresses, with a port or without, that may be in a private network. */
  privateHosts: readonly string[];
  signal: AbortSignal;
  timeoutMs?: number;
  maxBytes?: number;
}

const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 20 * 2 ** 20;

/**
 * Fetches a page for a person who may not see this machine's network. Every address is checked where the connection is
 * made, after each redirect again, so that a name cannot be one address when checked and another when used. Throws
 * `page_address`, `page_refused`, `page_unreachable`, `page_too_large`, `cancelled`.
 */
export async function fetchPage(url: string, options: FetchOptions): Promise<FetchedPage> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = AbortSignal.any([options.signal, deadline]);
  const agent = new Agent({ connect: { lookup: createLookup(options.privateHosts), timeout: 10_000 }, connections: 1, pipelining: 1 });
  try {
    return await follow(url, { ...options, signal }, agent);
  } catch (error) {
    if (options.signal.aborted) throw new AppError("cancelled", {}, { cause: error });
    throw findAppError(error) ?? new AppError("page_unreachable", { url, detail: deadline.aborted ? "it takes too long" : describe(error) }, { cause: error });
  } finally {
    await agent.destroy();
  }
}

async function follow(start: string, options: FetchOptions, dispatcher: Agent): Promise<FetchedPage> {
  let url = checkUrl(start, start, options.privateHosts);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const reply = await request(url, { dispatcher, signal: options.signal, headers: { "user-agent": "Reverie", accept: "text/html,application/xhtml+xml,application/pdf,text/*;q=0.9", "accept-encoding": "gzip, deflate, br" } });
    const { location } = reply.headers;
    if (reply.statusCode >= 300 && reply.statusCode < 400 && typeof location === "string") {
      drop(reply.body);
      url = checkUrl(new URL(location, url).href, start, options.privateHosts);
      continue;
    }
    if (reply.statusCode >= 300) {
      drop(reply.body);
      throw new AppError("page_refused", { url: start, status: reply.statusCode });
    }
    return { url: url.href, contentType: String(reply.headers["content-type"] ?? ""), body: await readBody(reply, start, options.maxBytes ?? MAX_BYTES) };
  }
  throw new AppError("page_unreachable", { url: start, detail: `more than ${MAX_REDIRECTS} redirects` });
}

/** An address in the URL itself is never looked up, so it is checked here. */
function checkUrl(text: string, start: string, privateHosts: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !["http:", "https:"].includes(url.protocol)) throw new AppError("page_address", { url: start, address: text });
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) requireOpen(host, host, isAllowed(url, privateHosts));
  else if (!isAllowed(url, privateHosts) && /(^|\.)localhost$/.test(host)) throw new AppError("page_address", { url: start, address: host });
  return url;
}

function isAllowed(url: URL, privateHosts: readonly string[]): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return privateHosts.includes(host) || privateHosts.includes(url.host);
}

function requireOpen(host: string, address: string, isPrivateAllowed: boolean): void {
  const kind = kindOfAddress(address);
  if (kind === "public" || (kind === "private" && isPrivateAllowed)) return;
  throw new AppError("page_address", { url: host, address });
}

/** Looks a name up and hands on only addresses that may be used; the connection is made to one of these. */
function createLookup(privateHosts: readonly string[]): LookupFunction {
  const bareHosts = privateHosts.map((host) => host.replace(/:\d+$/, ""));
  return (hostname, options, done) => {
    lookup(hostname, { all: true }).then(
      (found) => {
        try {
          for (const { address } of found) requireOpen(hostname, address, bareHosts.includes(hostname));
          const [first] = found;
          if (options.all) done(null, found);
          else done(null, first?.address ?? "", first?.family);
        } catch (error) {
          done(error as Error, []);
        }
      },
      (error: unknown) => {
        done(error as Error, []);
      },
    );
  };
}

async function readBody({ headers, body }: Dispatcher.ResponseData, url: string, maxBytes: number): Promise<Buffer> {
  const unpack = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress }[String(headers["content-encoding"])];
  const stream: Readable = unpack ? unpackBody(body, unpack()) : body;
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes) {
      drop(body);
      throw new AppError("page_too_large", { url, limit: `${Math.round(maxBytes / 2 ** 20)} MB` });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Stops reading. That it was stopped is no news to anybody. */
function drop(body: Readable): void {
  body.on("error", () => undefined);
  body.destroy();
}

function unpackBody<Unpacker extends Readable & NodeJS.WritableStream>(body: Readable, unpacker: Unpacker): Unpacker {
  body.on("error", (error) => unpacker.destroy(error));
  return body.pipe(unpacker);
}

function findAppError(error: unknown): AppError | null {
  if (isAppError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? findAppError(error.cause) : null;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
