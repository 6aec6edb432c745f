import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody, sendJson, serveHttp } from "./http-server";

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
  const http = await serveHttp(handle);
  const chat: ChatServer = { ...http, url: `${http.url}/v1`, calls: [], models: [{ id: "stub-model", object: "model" }], inFlight: { now: 0, most: 0 }, answer };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await readBody(request)).toString("utf8");
    if (request.method === "GET") {
      sendJson(response, 200, { object: "list", data: chat.models });
      return;
    }
    const call: ReceivedCall = { path: request.url ?? "", headers: request.headers, body: JSON.parse(text) as ReceivedCall["body"] };
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
      sendJson(response, 200, {
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
  return chat;
}

/** A reply in the form of OpenAI's errors. */
export function chatError(status: number, message: string, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: JSON.stringify({ error: { message, type: "error", code: null } }) };
}
