import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody, sendJson, serveHttp, type HttpServer } from "./http-server";

/**
 * A real server that speaks each provider's protocol, in place of it. The shapes follow:
 * platform.openai.com/docs/api-reference/chat and /responses and /embeddings; docs.anthropic.com/en/api/messages;
 * ai.google.dev/api/generate-content and /api/embeddings; docs.cohere.com/reference/chat and /reference/embed;
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and API_ListFoundationModels.html;
 * developers.google.com/identity/protocols/oauth2/service-account for tokens.
 */
export interface ProviderRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
}

/** A reply in no provider's words; the server says it in those of the path it was asked on. */
export interface NeutralReply {
  text?: string;
  thinking?: string;
  tool?: { name: string; input: unknown };
  finish?: "stop" | "length" | "filter" | "error";
  empty?: boolean;
}

export type Answer = NeutralReply | { status: number; headers?: Record<string, string>; body: string } | ((response: ServerResponse) => void);

export interface ProviderServer extends HttpServer {
  requests: ProviderRequest[];
  answer: (request: ProviderRequest, count: number) => Answer | Promise<Answer>;
  vectorOf: (text: string) => number[];
}

const usage = { prompt: 20, cached: 5, completion: 7, reasoning: 3 };
const vectorOfText = (text: string): number[] => [text.length, 0.5, -1];

function openAiChat({ text = "", thinking, tool, finish = "stop", empty }: NeutralReply): unknown {
  const calls = tool && [{ id: "call_1", type: "function", function: { name: tool.name, arguments: JSON.stringify(tool.input) } }];
  const message = { role: "assistant", content: finish === "filter" || tool ? null : text, ...(thinking && { reasoning_content: thinking }), ...(calls && { tool_calls: calls }) };
  const reason = { stop: tool ? "tool_calls" : "stop", length: "length", filter: "content_filter", error: "error" }[finish];
  return {
    choices: empty ? [] : [{ index: 0, message, finish_reason: reason }],
    usage: { prompt_tokens: usage.prompt, completion_tokens: usage.completion, prompt_tokens_details: { cached_tokens: usage.cached }, completion_tokens_details: { reasoning_tokens: usage.reasoning } },
  };
}

function openAiCompletions({ text = "", thinking, tool, finish = "stop", empty }: NeutralReply): unknown {
  const said = tool || finish === "filter" ? "" : thinking ? `<think>${thinking}</think>${text}` : text;
  const reason = { stop: "stop", length: "length", filter: "content_filter", error: "error" }[finish];
  return { choices: empty ? [] : [{ index: 0, text: said, finish_reason: reason }], usage: { prompt_tokens: usage.prompt, completion_tokens: usage.completion, prompt_tokens_details: { cached_tokens: usage.cached } } };
}

function openAiResponses({ text = "", thinking, tool, finish = "stop", empty }: NeutralReply): unknown {
  const said = finish === "filter" ? { type: "refusal", refusal: "I cannot help with that." } : { type: "output_text", text };
  const output = [
    ...(thinking ? [{ type: "reasoning", summary: [{ type: "summary_text", text: thinking }] }] : []),
    ...(tool ? [{ type: "function_call", call_id: "call_1", name: tool.name, arguments: JSON.stringify(tool.input) }] : [{ type: "message", role: "assistant", content: [said] }]),
  ];
  return {
    status: finish === "length" ? "incomplete" : finish === "error" ? "failed" : "completed",
    incomplete_details: finish === "length" ? { reason: "max_output_tokens" } : null,
    output: empty ? [] : output,
    usage: { input_tokens: usage.prompt, input_tokens_details: { cached_tokens: usage.cached }, output_tokens: usage.completion, output_tokens_details: { reasoning_tokens: usage.reasoning } },
  };
}

function anthropic({ text = "", thinking, tool, finish = "stop", empty }: NeutralReply): unknown {
  const content = [...(thinking ? [{ type: "thinking", thinking, signature: "s" }] : []), ...(tool ? [{ type: "tool_use", id: "call_1", ...tool }] : finish === "filter" ? [] : [{ type: "text", text }])];
  const reason = { stop: tool ? "tool_use" : "end_turn", length: "max_tokens", filter: "refusal", error: "pause_turn" }[finish];
  return {
    type: "message",
    content: empty ? [] : content,
    stop_reason: reason,
    usage: { input_tokens: usage.prompt - usage.cached, cache_read_input_tokens: usage.cached, cache_creation_input_tokens: 0, output_tokens: usage.completion },
  };
}

function google({ text = "", thinking, tool, finish = "stop", empty }: NeutralReply): unknown {
  const usageMetadata = { promptTokenCount: usage.prompt, candidatesTokenCount: usage.completion - usage.reasoning, thoughtsTokenCount: usage.reasoning, cachedContentTokenCount: usage.cached };
  if (finish === "filter") return { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata };
  const parts = [...(thinking ? [{ text: thinking, thought: true }] : []), ...(tool ? [{ functionCall: { id: "call_1", name: tool.name, args: tool.input } }] : [{ text }])];
  return { candidates: empty ? [] : [{ content: { role: "model", parts }, finishReason: finish === "length" ? "MAX_TOKENS" : finish === "error" ? "OTHER" : "STOP" }], usageMetadata };
}

function cohere({ text = "", thinking, tool, finish = "stop", empty }: NeutralReply): unknown {
  const content = [...(thinking ? [{ type: "thinking", thinking }] : []), ...(tool ? [] : [{ type: "text", text: finish === "filter" ? "" : text }])];
  const calls = tool && [{ id: "call_1", type: "function", function: { name: tool.name, arguments: JSON.stringify(tool.input) } }];
  return {
    message: { role: "assistant", content: empty ? [] : content, ...(calls && { tool_calls: calls }) },
    finish_reason: { stop: tool ? "TOOL_CALL" : "COMPLETE", length: "MAX_TOKENS", filter: "ERROR_TOXIC", error: "ERROR" }[finish],
    usage: { tokens: { input_tokens: usage.prompt, output_tokens: usage.completion }, cached_tokens: usage.cached },
  };
}

function bedrock({ text = "", thinking, tool, finish = "stop", empty }: NeutralReply): unknown {
  const said = tool ? { toolUse: { toolUseId: "call_1", ...tool } } : { text: finish === "filter" ? "Blocked by the guardrail." : text };
  const content = [...(thinking ? [{ reasoningContent: { reasoningText: { text: thinking } } }] : []), said];
  return {
    output: { message: { role: "assistant", content: empty ? [] : content } },
    stopReason: { stop: tool ? "tool_use" : "end_turn", length: "max_tokens", filter: "guardrail_intervened", error: "malformed_model_output" }[finish],
    usage: { inputTokens: usage.prompt - usage.cached, outputTokens: usage.completion, cacheReadInputTokens: usage.cached },
  };
}

const chats: [RegExp, (reply: NeutralReply) => unknown][] = [
  [/\/chat\/completions/, openAiChat],
  [/\/v1\/completions$/, openAiCompletions],
  [/\/responses$/, openAiResponses],
  [/\/messages$/, anthropic],
  [/:generateContent$/, google],
  [/\/v2\/chat$/, cohere],
  [/\/converse$/, bedrock],
];

/** A reply in the words of the provider that is asked on such a path. */
export function speak(path: string, reply: NeutralReply): unknown {
  return chats.find(([pattern]) => pattern.test(path))?.[1](reply);
}

/** Lists, embeddings and tokens, which need no script. */
function serveOther({ path, body }: ProviderRequest, vectorOf: ProviderServer["vectorOf"]): unknown {
  if (path.endsWith("/token")) return { access_token: "google-token", expires_in: 3600, token_type: "Bearer" };
  if (path.endsWith("/foundation-models")) return { modelSummaries: [{ modelId: "stub-model" }] };
  if (path.includes("/publishers/google/models")) return { publisherModels: [{ name: "publishers/google/models/stub-model" }] };
  if (path.startsWith("/v1beta/models")) return path.endsWith(":batchEmbedContents") ? { embeddings: (body.requests as { content: { parts: { text: string }[] } }[]).map(({ content }) => ({ values: vectorOf(content.parts[0]?.text ?? "") })) } : { models: [{ name: "models/stub-model" }] };
  if (path === "/v2/embed") return { embeddings: { float: (body.texts as string[]).map(vectorOf) }, meta: { billed_units: { input_tokens: 6 } } };
  if (path.includes("/embeddings")) return { data: (body.input as string[]).map((text, index) => ({ index, embedding: vectorOf(text) })).reverse(), usage: { prompt_tokens: 6 } };
  if (path.startsWith("/v1/models?page_size")) return { models: [{ name: "stub-model" }] };
  if (path.includes("/models")) return { data: [{ id: "stub-model" }] };
  return null;
}

async function readRequest(request: IncomingMessage): Promise<ProviderRequest> {
  const text = (await readBody(request)).toString("utf8");
  const body = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text };
  return { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
}

export async function startProviderServer(answer: ProviderServer["answer"]): Promise<ProviderServer> {
  const requests: ProviderRequest[] = [];
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    const chat = chats.find(([path]) => path.test(request.path));
    if (!chat) {
      const other = serveOther(request, server.vectorOf);
      if (!request.path.endsWith("/token")) requests.push(request);
      sendJson(response, other === null ? 404 : 200, other ?? { error: { message: "no such path" } });
      return;
    }
    requests.push(request);
    const said = await server.answer(request, requests.length);
    if (typeof said === "function") said(response);
    else if ("status" in said) {
      response.writeHead(said.status, { "content-type": "application/json", ...said.headers });
      response.end(said.body);
    } else sendJson(response, 200, chat[1](said));
  };
  const server: ProviderServer = { ...(await serveHttp(handle)), requests, answer, vectorOf: vectorOfText };
  return server;
}
