import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { speak, type NeutralReply } from "./provider-server";

type Fault = { status: number; body: unknown };
type Reply = NeutralReply | Fault | "expired";

interface Request {
  key: string;
  path: string;
  body: Record<string, unknown>;
}

export interface ServedBatch {
  id: string;
  kind: "openai" | "anthropic";
  requests: Request[];
  createdAt: number;
  state: "open" | "ended" | "refused" | "cancelling";
  cancelled: boolean;
  mark: string | null;
  inputFile: string | null;
}

export interface BatchServer {
  /** Base URL with `/v1`. */
  url: string;
  batches: ServedBatch[];
  files: Map<string, { name: string; text: string }>;
  deleted: string[];
  /** `METHOD /path` of all that was asked. */
  log: string[];
  /** Decides what becomes of one request. */
  answer: (request: Request) => Reply;
  /** Ends a batch by itself when it is looked at. */
  endsAtOnce: boolean;
  /** A fault for a request of the API itself; null lets it through. Asked before anything is done. */
  fault: (method: string, path: string) => Fault | null;
  /** Called once a batch has been made, before its maker hears of it. */
  onMade: () => Promise<void> | void;
  /** Why a batch that is made is refused as a whole; null takes it. */
  refuse: (batch: ServedBatch) => { code: string; message: string } | null;
  close(): Promise<void>;
}

const DAY_MS = 24 * 3600 * 1000;
const isFault = (reply: Reply): reply is Fault => typeof reply === "object" && "status" in reply;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** The name and text of the file part of a form. */
export function readForm(text: string, contentType: string): { name: string; text: string } {
  const boundary = /boundary=(.+)$/.exec(contentType)?.[1] ?? "";
  const part = text.split(`--${boundary}`).find((one) => one.includes("filename=")) ?? "";
  const start = part.indexOf("\r\n\r\n") + 4;
  return { name: /filename="([^"]+)"/.exec(part)?.[1] ?? "", text: part.slice(start, part.lastIndexOf("\r\n")) };
}

/**
 * A real server that speaks the batch APIs of OpenAI (platform.openai.com/docs/api-reference/batch and /files) and of Anthropic
 * (docs.claude.com/en/api/creating-message-batches), in place of them.
 */
export async function startBatchServer(): Promise<BatchServer> {
  let made = 0;
  const results = (batch: ServedBatch): { request: Request; reply: Reply }[] => (batch.cancelled ? batch.requests.slice(0, 1) : batch.requests).map((request) => ({ request, reply: server.answer(request) }));
  const openAiView = (batch: ServedBatch) => {
    const refusal = batch.state === "refused" ? server.refuse(batch) : null;
    const ended = batch.state === "ended";
    const status = refusal ? "failed" : ended ? (batch.cancelled ? "cancelled" : "completed") : batch.state === "cancelling" ? "cancelling" : "in_progress";
    return {
      id: batch.id,
      object: "batch",
      status,
      created_at: Math.floor(batch.createdAt / 1000),
      expires_at: Math.floor((batch.createdAt + DAY_MS) / 1000),
      input_file_id: batch.inputFile,
      output_file_id: ended ? `${batch.id}-output` : null,
      error_file_id: ended ? `${batch.id}-error` : null,
      request_counts: { total: batch.requests.length, completed: ended ? batch.requests.length : 1, failed: 0 },
      errors: refusal ? { object: "list", data: [refusal] } : null,
      metadata: batch.mark === null ? null : { reverie_batch: batch.mark },
    };
  };
  const anthropicView = (batch: ServedBatch) => {
    const ended = batch.state === "ended";
    const count = batch.requests.length;
    return {
      id: batch.id,
      type: "message_batch",
      processing_status: ended ? "ended" : batch.state === "cancelling" ? "canceling" : "in_progress",
      created_at: new Date(batch.createdAt).toISOString(),
      expires_at: new Date(batch.createdAt + DAY_MS).toISOString(),
      request_counts: { processing: ended ? 0 : count - 1, succeeded: ended ? count : 1, errored: 0, canceled: 0, expired: 0 },
      results_url: ended ? `https://elsewhere.invalid/${batch.id}` : null,
    };
  };
  const openAiLine = (batch: ServedBatch, which: "output" | "error") =>
    results(batch)
      .filter(({ reply }) => (which === "error") === (reply === "expired" || isFault(reply)))
      .map(({ request, reply }) => {
        const line = { id: `r-${request.key.slice(0, 6)}`, custom_id: request.key };
        if (reply === "expired") return { ...line, response: null, error: { code: "batch_expired", message: "This request could not be executed before the completion window expired." } };
        const response = isFault(reply) ? { status_code: reply.status, request_id: "q", body: reply.body } : { status_code: 200, request_id: "q", body: speak(request.path, reply) };
        return { ...line, response, error: null };
      });
  const anthropicLine = ({ request, reply }: { request: Request; reply: Reply }) => {
    const result = reply === "expired" ? { type: "expired" } : isFault(reply) ? { type: "errored", error: { type: "error", error: reply.body } } : { type: "succeeded", message: speak("/messages", reply) };
    return { custom_id: request.key, result };
  };
  const look = (batch: ServedBatch): void => {
    if (batch.state === "cancelling" || (batch.state === "open" && server.endsAtOnce)) batch.state = "ended";
  };

  function add(batch: Pick<ServedBatch, "kind" | "requests" | "mark" | "inputFile">): ServedBatch {
    made += 1;
    const whole: ServedBatch = { ...batch, id: `${batch.kind === "openai" ? "batch" : "msgbatch"}_${String(made)}`, createdAt: Date.now(), state: "open", cancelled: false };
    if (server.refuse(whole)) whole.state = "refused";
    server.batches.push(whole);
    return whole;
  }

  function serveFiles(method: string, path: string, text: string, contentType: string): unknown {
    const id = /^\/v1\/files\/([^/?]+)/.exec(path)?.[1];
    if (method === "GET" && id === undefined) return { data: [...server.files].map(([file, { name }]) => ({ id: file, filename: name })) };
    if (method === "POST") {
      const file = `file-${String(server.files.size + 1)}`;
      server.files.set(file, readForm(text, contentType));
      return { id: file, filename: server.files.get(file)?.name };
    }
    if (method === "DELETE") {
      server.deleted.push(id ?? "");
      server.files.delete(id ?? "");
      return { id, deleted: true };
    }
    const batch = server.batches.find((one) => id?.startsWith(`${one.id}-`));
    if (!batch) return null;
    return openAiLine(batch, id?.endsWith("-output") ? "output" : "error").map((line) => JSON.stringify(line)).join("\n");
  }

  function makeBatch(path: string, text: string): ServedBatch {
    const body = JSON.parse(text) as { input_file_id: string; endpoint: string; metadata?: { reverie_batch?: string }; requests: { custom_id: string; params: Record<string, unknown> }[] };
    if (path.startsWith("/v1/messages")) return add({ kind: "anthropic", mark: null, inputFile: null, requests: body.requests.map(({ custom_id, params }) => ({ key: custom_id, path: "/v1/messages", body: params })) });
    const lines = (server.files.get(body.input_file_id)?.text ?? "").split("\n").filter((line) => line !== "");
    const requests = lines.map((line) => JSON.parse(line) as { custom_id: string; url: string; body: Record<string, unknown> });
    return add({ kind: "openai", mark: body.metadata?.reverie_batch ?? null, inputFile: body.input_file_id, requests: requests.map(({ custom_id, url, body: inner }) => ({ key: custom_id, path: url, body: inner })) });
  }

  async function serveBatches(method: string, path: string, text: string): Promise<unknown> {
    const kind = path.startsWith("/v1/messages") ? "anthropic" : "openai";
    const view = (batch: ServedBatch): unknown => (kind === "anthropic" ? anthropicView(batch) : openAiView(batch));
    const [, id, action] = /\/batches(?:\/([^/?]+))?(?:\/(\w+))?/.exec(path) ?? [];
    if (id === undefined) {
      if (method === "GET") return { data: server.batches.filter((batch) => batch.kind === kind).map(view).reverse(), has_more: false };
      const batch = makeBatch(path, text);
      await server.onMade();
      return view(batch);
    }
    const batch = server.batches.find((one) => one.id === id);
    if (!batch) return null;
    if (method === "DELETE") server.deleted.push(id);
    else if (action === "cancel") Object.assign(batch, { state: "cancelling", cancelled: true });
    else if (action === "results") return results(batch).map((one) => JSON.stringify(anthropicLine(one))).join("\n");
    else look(batch);
    return view(batch);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [method, path] = [request.method ?? "", request.url ?? ""];
    const text = await readBody(request);
    server.log.push(`${method} ${path}`);
    const fault = server.fault(method, path);
    if (fault) {
      sendJson(response, fault.status, fault.body);
      return;
    }
    const body = path.startsWith("/v1/files") ? serveFiles(method, path, text, request.headers["content-type"] ?? "") : path.includes("/batches") ? await serveBatches(method, path, text) : null;
    if (body === null) sendJson(response, 404, { error: { message: "no such path" } });
    else if (typeof body === "string") response.end(body);
    else sendJson(response, 200, body);
  }
  const listener = createServer((request, response) => {
    void handle(request, response);
  });
  const server: BatchServer = {
    url: "",
    batches: [],
    files: new Map(),
    deleted: [],
    log: [],
    answer: () => ({ text: "Hi." }),
    endsAtOnce: true,
    fault: () => null,
    onMade: () => undefined,
    refuse: () => null,
    close: () =>
      new Promise((resolve) => {
        listener.closeAllConnections();
        listener.close(() => {
          resolve();
        });
      }),
  };
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  server.url = `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}/v1`;
  return server;
}
