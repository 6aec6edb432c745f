import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedCall {
  path: string;
  headers: IncomingMessage["headers"];
  body: { model: string; messages: { role: string; content: string }[] } & Record<string, unknown>;
}

type Reply = string | { status: number; headers?: Record<string, string>; body: string };

export interface ChatServer {
  /** Base URL with `/v1`. */
  url: string;
  calls: ReceivedCall[];
  /** What it lists. */
  models: unknown[];
  /** Requests being answered now, and the most there were. */
  inFlight: { now: number; most: number };
  /** Decides the reply: a text, or a whole response. Called once per request. */
  answer: (call: ReceivedCall) => Reply | Promise<Reply>;
  close(): Promise<void>;
}

/** A real server that speaks OpenAI's chat protocol, in place of a provider. */
export async function startChatServer(answer: ChatServer["answer"] = (call) => `reply to: ${call.body.messages.at(-1)?.content ?? ""}`): Promise<ChatServer> {
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  const chat: ChatServer = {
    url: "",
    calls: [],
    models: [{ id: "stub-model", object: "model" }],
    inFlight: { now: 0, most: 0 },
    answer,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === "GET") {
      send(response, 200, { object: "list", data: chat.models });
      return;
    }
    const call: ReceivedCall = { path: request.url ?? "", headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as ReceivedCall["body"] };
    chat.calls.push(call);
    chat.inFlight.now += 1;
    chat.inFlight.most = Math.max(chat.inFlight.most, chat.inFlight.now);
    try {
      const reply = await chat.answer(call);
      if (typeof reply !== "string") {
        response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
        response.end(reply.body);
        return;
      }
      send(response, 200, {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 0,
        model: call.body.model,
        choices: [{ index: 0, message: { role: "assistant", content: reply }, finish_reason: "stop" }],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      });
    } finally {
      chat.inFlight.now -= 1;
    }
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  chat.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
  return chat;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** A reply in the form of OpenAI's errors. */
export function chatError(status: number, message: string, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: JSON.stringify({ error: { message, type: "error", code: null } }) };
}
