/**
 * A server that speaks OpenAI's chat protocol and takes a fixed time for each call: `chat-stub.ts <milliseconds>`.
 * Answers `answer to <first line of the last message>`. `GET /count` gives the calls so far, `GET /latency/<ms>` sets the time.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

let latency = Number(process.argv[2] ?? 0);
let calls = 0;

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function answer(body: string): string {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  const content = `answer to ${messages.at(-1)?.content.split("\n")[0] ?? ""}`;
  return JSON.stringify({
    id: "1",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 250, completion_tokens: 10, total_tokens: 260 },
  });
}

const server = createServer((request, response) => {
  if (request.method === "GET") {
    const wanted = /^\/latency\/(\d+)$/.exec(request.url ?? "");
    if (wanted) latency = Number(wanted[1]);
    send(response, String(calls));
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    calls += 1;
    setTimeout(() => send(response, answer(Buffer.concat(chunks).toString("utf8"))), latency);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", 4096, () => {
  console.log(`stub on ${String((server.address() as AddressInfo).port)}`);
});
process.on("SIGTERM", () => process.exit(0));
