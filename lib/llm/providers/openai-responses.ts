import { z } from "zod";
import type { ChatMessage } from "../chat";
import { joinThinking, partsOf, textOf } from "./message-parts";
import { openAiChat } from "./openai-chat";
import { tokens, type ChatProtocol, type ChatRequest } from "./protocol";
import { strictSchema } from "./strict-schema";

const replyShape = z.object({
  output: z.array(
    z.looseObject({
      type: z.string(),
      summary: z.array(z.looseObject({ text: z.string().nullish() })).nullish(),
      content: z.array(z.looseObject({ type: z.string(), text: z.string().nullish(), refusal: z.string().nullish() })).nullish(),
      call_id: z.string().nullish(),
      name: z.string().nullish(),
      arguments: z.string().nullish(),
    }),
  ),
  status: z.string().nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  usage: z
    .object({
      input_tokens: tokens,
      output_tokens: tokens,
      input_tokens_details: z.object({ cached_tokens: tokens }).nullish(),
      output_tokens_details: z.object({ reasoning_tokens: tokens }).nullish(),
    })
    .nullish(),
});

function writeMessage(message: ChatMessage): Record<string, unknown>[] {
  if (message.role === "tool") return [{ type: "function_call_output", call_id: message.toolCallId ?? "", output: textOf(message) }];
  const calls = (message.toolCalls ?? []).map(({ id, name, arguments: text }) => ({ type: "function_call", call_id: id, name, arguments: text }));
  if (message.content === "" && calls.length > 0) return calls;
  const textType = message.role === "assistant" ? "output_text" : "input_text";
  const content =
    typeof message.content === "string" ? message.content : partsOf(message).map((part) => (part.type === "text" ? { type: textType, text: part.text } : { type: "input_image", image_url: part.url }));
  return [{ role: message.role, content }, ...calls];
}

function writeExtras({ sampling: { thinkFirst }, extras: { responseSchema, tools, toolChoice, thinking } }: ChatRequest): Record<string, unknown> {
  const effort = thinking ?? (thinkFirst === undefined ? undefined : thinkFirst ? "medium" : "none");
  const choice = toolChoice === undefined || ["auto", "required", "none"].includes(toolChoice) ? toolChoice : { type: "function", name: toolChoice };
  return {
    ...(responseSchema && { text: { format: { type: "json_schema", name: responseSchema.name, schema: strictSchema(responseSchema.schema), strict: true } } }),
    ...(tools && { tools: tools.map((tool) => ({ type: "function", ...tool, strict: false })) }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(effort && { reasoning: { effort, ...(effort !== "none" && { summary: "auto" }) } }),
  };
}

/** OpenAI's Responses API. It has neither seed nor stop sequences. Replies are not kept at OpenAI. */
export const openAiResponses: ChatProtocol = {
  chatPath: () => "/responses",
  body(request) {
    const { target, messages, sampling } = request;
    return {
      model: target.model,
      input: messages.flatMap(writeMessage),
      store: false,
      ...(sampling.temperature !== null && { temperature: sampling.temperature }),
      ...(sampling.topP !== null && { top_p: sampling.topP }),
      ...(sampling.maxTokens !== null && { max_output_tokens: sampling.maxTokens }),
      ...writeExtras(request),
    };
  },
  parse(reply) {
    const { output, status, incomplete_details, usage } = replyShape.parse(reply);
    const said = output.filter(({ type }) => type === "message").flatMap(({ content }) => content ?? []);
    const calls = output.filter(({ type }) => type === "function_call");
    return {
      text: said.map(({ text }) => text ?? "").join(""),
      thinking: joinThinking(output.filter(({ type }) => type === "reasoning").flatMap(({ summary, content }) => [...(summary ?? []), ...(content ?? [])].map(({ text }) => text))),
      toolCalls: calls.map((call, index) => ({ id: call.call_id ?? `call_${String(index)}`, name: call.name ?? "", arguments: call.arguments ?? "{}" })),
      finishReason: incomplete_details?.reason ?? (calls.length > 0 ? "tool_calls" : (status ?? null)),
      refusal: said.find(({ refusal }) => typeof refusal === "string")?.refusal ?? null,
      promptTokens: usage?.input_tokens ?? 0,
      completionTokens: usage?.output_tokens ?? 0,
      cachedTokens: usage?.input_tokens_details?.cached_tokens ?? 0,
      reasoningTokens: usage?.output_tokens_details?.reasoning_tokens ?? 0,
    };
  },
  refusable: { temperature: null, top_p: null, reasoning: null },
  embedding: openAiChat.embedding,
  listing: openAiChat.listing,
};
