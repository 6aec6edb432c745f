import { z } from "zod";
import type { ChatMessage } from "../chat";
import { joinThinking, partsOf, splitThinking } from "./message-parts";
import { functionCalls, readFunctionCalls, writeFunctionCalls, writePenalties } from "./openai-chat";
import { thinkingBudget, tokens, type ChatProtocol, type ChatRequest } from "./protocol";
import { strictSchema } from "./strict-schema";

const counted = z.object({ input_tokens: tokens, output_tokens: tokens }).nullish();
const replyShape = z.object({
  message: z.object({
    content: z.array(z.looseObject({ type: z.string(), text: z.string().nullish(), thinking: z.string().nullish() })).nullish(),
    tool_calls: functionCalls,
    tool_plan: z.string().nullish(),
  }),
  finish_reason: z.string().nullish(),
  usage: z.object({ tokens: counted, billed_units: counted, cached_tokens: tokens }).nullish(),
});

function writeMessage(message: ChatMessage): Record<string, unknown> {
  const content = typeof message.content === "string" ? message.content : partsOf(message).map((part) => (part.type === "text" ? part : { type: "image_url", image_url: { url: part.url } }));
  return {
    role: message.role,
    ...(message.toolCalls && content === "" ? {} : { content }),
    ...(message.toolCalls && { tool_calls: writeFunctionCalls(message.toolCalls) }),
    ...(message.toolCallId !== undefined && { tool_call_id: message.toolCallId }),
  };
}

/** A tool cannot be demanded by name, only one of those offered: the one that is wished is offered alone. */
function writeExtras({ sampling: { thinkFirst }, extras: { responseSchema, tools, toolChoice, thinking } }: ChatRequest): Record<string, unknown> {
  const isNamed = toolChoice !== undefined && !["auto", "required", "none"].includes(toolChoice);
  const offered = isNamed ? tools?.filter(({ name }) => name === toolChoice) : tools;
  return {
    ...(responseSchema && { response_format: { type: "json_object", json_schema: strictSchema(responseSchema.schema) } }),
    ...(offered && { tools: offered.map((tool) => ({ type: "function", function: tool })) }),
    ...(toolChoice !== undefined && toolChoice !== "auto" && { tool_choice: toolChoice === "none" ? "NONE" : "REQUIRED" }),
    ...(thinkFirst !== undefined && { thinking: { type: thinkFirst ? "enabled" : "disabled" } }),
    ...(thinking && { thinking: { type: "enabled", token_budget: thinkingBudget[thinking] } }),
  };
}

/** Cohere's Chat, version 2. */
const embeddingShape = z.object({
  embeddings: z.object({ float: z.array(z.array(z.number())) }),
  meta: z.object({ billed_units: z.object({ input_tokens: tokens }).nullish() }).nullish(),
});

export const cohereChat: ChatProtocol = {
  chatPath: () => "/v2/chat",
  body(request) {
    const { target, messages, sampling } = request;
    return {
      model: target.model,
      messages: messages.map(writeMessage),
      stream: false,
      ...(sampling.temperature !== null && { temperature: sampling.temperature }),
      ...(sampling.topP !== null && { p: sampling.topP }),
      ...(sampling.topK !== undefined && { k: sampling.topK }),
      ...(sampling.maxTokens !== null && { max_tokens: sampling.maxTokens }),
      ...(sampling.stop.length > 0 && { stop_sequences: sampling.stop }),
      ...(sampling.seed !== null && { seed: sampling.seed }),
      ...writePenalties(sampling),
      ...writeExtras(request),
    };
  },
  parse(reply) {
    const { message, finish_reason, usage } = replyShape.parse(reply);
    const said = splitThinking((message.content ?? []).map(({ text }) => text ?? "").join(""));
    const counts = usage?.tokens ?? usage?.billed_units;
    return {
      text: said.text,
      thinking: joinThinking([...(message.content ?? []).map(({ thinking }) => thinking), said.thinking, message.tool_plan]),
      toolCalls: readFunctionCalls(message.tool_calls),
      finishReason: finish_reason ?? null,
      refusal: null,
      promptTokens: counts?.input_tokens ?? 0,
      completionTokens: counts?.output_tokens ?? 0,
      cachedTokens: usage?.cached_tokens ?? 0,
      reasoningTokens: 0,
    };
  },
  limits: { mostTemperature: 1 },
  refusable: { temperature: null, p: null, stop_sequences: null, seed: null, thinking: null },
  embedding: {
    batch: 96,
    path: () => "/v2/embed",
    body: ({ target, texts, dimensions, purpose }) => ({
      model: target.model,
      texts,
      input_type: purpose === "query" ? "search_query" : "search_document",
      embedding_types: ["float"],
      ...(dimensions !== null && { output_dimension: dimensions }),
    }),
    parse(reply) {
      const { embeddings, meta } = embeddingShape.parse(reply);
      return { vectors: embeddings.float, tokens: meta?.billed_units?.input_tokens ?? 0 };
    },
  },
  listing: {
    url: () => "/v1/models?page_size=1000",
    parse: (reply) => z.object({ models: z.array(z.object({ name: z.string() })) }).parse(reply).models.map(({ name }) => name),
  },
};
