import { Agent, request } from "undici";
import { AppError } from "@/lib/core/app-error";
import type { Endpoint } from "./endpoint";

export const REPLY_LIMIT_BYTES = 16 * 1024 * 1024;

export interface HttpReply {
  status: number;
  /** Seconds from `Retry-After`, given in seconds or as a date. */
  retryAfterSeconds: number | null;
  contentType: string;
  text: string;
}

const agents = new Map<number, Agent>();

/** One pool for all endpoints of a size, with connections kept open. undici itself: a third of the CPU of the global fetch. */
function agentFor(connections: number): Agent {
  let agent = agents.get(connections);
  if (!agent) agents.set(connections, (agent = new Agent({ connections, pipelining: 1, keepAliveTimeout: 30_000 })));
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
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * Sends one request and reads the whole reply. Throws `model_unreachable`, `model_timeout`, `model_reply_too_large` or
 * `cancelled`; any status is a reply. Redirects are not followed, so that a key never goes to another server.
 */
export async function send({ endpoint, method, url, headers, body, timeoutMs, signal }: SendOptions): Promise<HttpReply> {
  const deadline = new AbortController();
  const stop = (): void => {
    deadline.abort();
  };
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const reply = await request(url, {
      method,
      headers,
      body: body ?? null,
      dispatcher: agentFor(Math.max(1, endpoint.concurrency)),
      signal: deadline.signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const text = await readText(reply.body, endpoint);
    return {
      status: reply.statusCode,
      retryAfterSeconds: parseRetryAfter(reply.headers["retry-after"]),
      contentType: String(reply.headers["content-type"] ?? ""),
      text,
    };
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
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function readText(body: AsyncIterable<Buffer> & { text(): Promise<string>; destroy(): unknown }, endpoint: Endpoint): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > REPLY_LIMIT_BYTES) {
      throw new AppError("model_reply_too_large", { connection: endpoint.name, limit: `${String(REPLY_LIMIT_BYTES / 1024 / 1024)} MB` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Ends the kept connections, so that a process can leave. */
export async function closeTransport(): Promise<void> {
  const open = [...agents.values()];
  agents.clear();
  await Promise.all(open.map((agent) => agent.close()));
}
