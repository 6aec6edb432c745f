import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { Agent, request } from "undici";
import { AppError } from "@/lib/core/app-error";
import { isLinkLocalUrl, kindOfAddress } from "@/lib/core/public-address";
import { decodeText, REPLY_LIMIT_BYTES, tooLarge, unpack } from "./decode-body";
import type { Endpoint } from "./endpoint";

const LINK_LOCAL = "a link-local address is never called";

export interface HttpReply {
  status: number;
  /** Seconds from `Retry-After`, given in seconds or as a date. */
  retryAfterSeconds: number | null;
  contentType: string;
  /** Where the server sends the call, if it does. */
  location?: string | null;
  text: string;
}

/** The address of a host, as any lookup gives it, unless that is link-local: in a cloud, a machine's own secrets are told there. */
const lookupOpen: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, options, (error, address, family) => {
    const all = typeof address === "string" ? [address] : address.map((one) => one.address);
    const refused = error ?? (all.some((one) => kindOfAddress(one) === "link-local") ? new Error(LINK_LOCAL) : null);
    callback(refused, address, family);
  });
};

const agents = new Map<number, Agent>();

/** One pool for all endpoints of a size, with connections kept open. undici itself: a third of the CPU of the global fetch. */
function agentFor(connections: number): Agent {
  let agent = agents.get(connections);
  if (!agent) agents.set(connections, (agent = new Agent({ connect: { lookup: lookupOpen }, connections, pipelining: 1, keepAliveTimeout: 30_000 })));
  return agent;
}

function parseRetryAfter(value: string | string[] | undefined): number | null {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}

export interface SendOptions {
  endpoint: Endpoint;
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers: Record<string, string>;
  /** Text, or a file that is sent as it is read. */
  body?: string | Readable;
  timeoutMs: number;
  signal: AbortSignal;
}

type Reply = Awaited<ReturnType<typeof request>>;

/**
 * Sends one request and hands its reply to `read`. Throws `model_unreachable`, `model_timeout`, `model_reply_too_large` or
 * `cancelled`. Redirects are not followed, so that a key never goes to another server. `timeoutMs` bounds the whole exchange,
 * or with `isLong` each wait for the server.
 */
async function exchange<Result>({ endpoint, method, url, headers, body, timeoutMs, signal }: SendOptions, isLong: boolean, read: (reply: Reply) => Promise<Result>): Promise<Result> {
  const deadline = new AbortController();
  const stop = (): void => {
    deadline.abort();
  };
  const timer = isLong ? null : setTimeout(stop, timeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    if (isLinkLocalUrl(url)) throw new Error(LINK_LOCAL);
    const reply = await request(url, {
      method,
      headers,
      body: body ?? null,
      dispatcher: agentFor(Math.max(1, endpoint.concurrency)),
      signal: deadline.signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    return await read(reply);
  } catch (error) {
    if (signal.aborted) throw new AppError("cancelled", {}, { cause: error });
    if (error instanceof AppError) throw error;
    const code = (error as { code?: string }).code ?? "";
    if (deadline.signal.aborted || code.endsWith("_TIMEOUT")) {
      throw new AppError("model_timeout", { connection: endpoint.name, seconds: Math.round(timeoutMs / 1000) }, { cause: error });
    }
    const detail = code || (error instanceof Error ? error.message : String(error));
    throw new AppError("model_unreachable", { connection: endpoint.name, baseUrl: endpoint.baseUrl, detail }, { cause: error });
  } finally {
    if (timer) clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function readWhole({ statusCode, headers, body }: Reply, endpoint: Endpoint): Promise<HttpReply> {
  const contentType = String(headers["content-type"] ?? "");
  const bytes = unpack(await readBytes(body, endpoint), String(headers["content-encoding"] ?? ""), endpoint);
  const text = decodeText(bytes, { contentType, isAnswer: statusCode < 300 }, endpoint);
  return { status: statusCode, retryAfterSeconds: parseRetryAfter(headers["retry-after"]), contentType, location: headers["location"] ? String(headers["location"]) : null, text };
}

/** Sends one request and reads the whole reply; any status is a reply. Throws as `exchange` does. */
export async function send(options: SendOptions): Promise<HttpReply> {
  return exchange(options, false, (reply) => readWhole(reply, options.endpoint));
}

/** As `send`, for a file: each wait for the server is bounded, not the whole. */
export async function sendFile(options: SendOptions): Promise<HttpReply> {
  return exchange(options, true, (reply) => readWhole(reply, options.endpoint));
}

/**
 * Reads a reply of many lines and hands them on one by one, however long it is as a whole. Null once it is read; the reply
 * itself where the status is not one of success.
 */
export async function readLines(options: SendOptions, take: (line: string) => Promise<void>): Promise<HttpReply | null> {
  return exchange(options, true, async (reply) => {
    if (reply.statusCode >= 300) return readWhole(reply, options.endpoint);
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for await (const chunk of reply.body as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > REPLY_LIMIT_BYTES) throw tooLarge(options.endpoint);
      for (const line of lines) if (line.trim() !== "") await take(line);
    }
    rest += decoder.end();
    if (rest.trim() !== "") await take(rest);
    return null;
  });
}

async function readBytes(body: AsyncIterable<Buffer>, endpoint: Endpoint): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > REPLY_LIMIT_BYTES) throw tooLarge(endpoint);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Ends the kept connections, so that a process can leave. */
export async function closeTransport(): Promise<void> {
  const open = [...agents.values()];
  agents.clear();
  await Promise.all(open.map((agent) => agent.close()));
}
