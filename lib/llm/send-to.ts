import type { Readable } from "node:stream";
import { authorise } from "./auth/authorise";
import type { ModelTarget } from "./endpoint";
import { protocolOf } from "./providers/protocols";
import { readLines, send, sendFile, type HttpReply, type SendOptions } from "./transport";

export interface CallLimits {
  timeoutMs: number;
  signal: AbortSignal;
}

export interface Message {
  method: SendOptions["method"];
  /** A path below the base URL, or a whole address where the thing lives elsewhere. */
  address: string;
  body?: string;
}

async function makeOptions({ endpoint }: ModelTarget, { method, address, body = "" }: Message, limits: CallLimits): Promise<SendOptions> {
  const url = address.startsWith("/") ? `${endpoint.baseUrl}${address}` : address;
  const proof = await authorise(endpoint, { method, url, body });
  const headers = { "content-type": "application/json", ...protocolOf(endpoint).headers, ...proof };
  return { endpoint, method, url, headers, ...(method === "POST" ? { body } : {}), ...limits };
}

/** One request with the endpoint's headers and proof, and its whole reply. */
export async function sendTo(target: ModelTarget, message: Message, limits: CallLimits): Promise<HttpReply> {
  return send(await makeOptions(target, message, limits));
}

/** Sends a file of a known length. Not for providers whose proof covers the body. */
export async function sendFileTo(target: ModelTarget, address: string, file: { stream: Readable; bytes: number; contentType: string }, limits: CallLimits): Promise<HttpReply> {
  const options = await makeOptions(target, { method: "POST", address }, limits);
  return sendFile({ ...options, headers: { ...options.headers, "content-type": file.contentType, "content-length": String(file.bytes) }, body: file.stream });
}

/** Reads a long reply line by line; gives the reply itself where it is none of success. */
export async function readLinesFrom(target: ModelTarget, address: string, take: (line: string) => Promise<void>, limits: CallLimits): Promise<HttpReply | null> {
  return readLines(await makeOptions(target, { method: "GET", address }, limits), take);
}
