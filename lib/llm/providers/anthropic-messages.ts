import { z } from "zod";
import type { ChatMessage } from "../chat";
import { joinThinking, partsOf, readArguments, readDataUrl, splitSystem, textOf } from "./message-parts";
import { thinkingBudget, tokens, type ChatProtocol, type ChatRequest } from "./protocol";
import { strictSchema } from "./strict-schema";

const replyShape = z.object({
  content: z.array(
    z.looseObject({ type: z.string(), text: z.string().nullish(), thinking: z.string().nullish(), id: z.string().nullish(), name: z.string().nullish(), input: z.unknown().optional() }),
  ),
  stop_reason: z.string().nullish(),
  usage: z.object({ input_tokens: tokens, output_tokens: tokens, cache_read_input_tokens: tokens, cache_creation_input_tokens: tokens }).nullish(),
});

/** Tokens a reply may have where the step leaves it open: this API wants a number. */
const DEFAULT_MAX_TOKENS = 4096;

function writeContent(message: ChatMessage): unknown {
  if (message.role === "tool") return [{ type: "tool_result", tool_use_id: message.toolCallId ?? "", content: textOf(message) }];
  if (typeof message.content === "string" && !message.toolCalls) return message.content;
  const parts = partsOf(message).map((part) => {
    if (part.type === "text") return part;
    const data = readDataUrl(part.url);
    return { type: "image", source: data ? { type: "base64", media_type: data.mediaType, data: data.base64 } : { type: "url", url: part.url } };
  });
  const calls = (message.toolCalls ?? []).map((call) => ({ type: "tool_use", id: call.id, name: call.name, input: readArguments(call.arguments) }));
  // An empty text block is refused.
  return [...parts.filter((part) => part.type !== "text" || !("text" in part) || part.text !== ""), ...calls];
}

function writeChoice(choice: string | undefined) {
  if (choice === undefined) return undefined;
  if (choice === "auto" || choice === "none") return { type: choice };
  return choice === "required" ? { type: "any" } : { type: "tool", name: choice };
}

/** Tokens that the model may think, which count towards the limit of the reply; 0 for none. */
function budgetOf({ sampling: { thinkFirst }, extras: { thinking } }: ChatRequest): number {
  const amount = thinking ?? (thinkFirst ? "medium" : undefined);
  return amount ? thinkingBudget[amount] : 0;
}

function writeThinking(request: ChatRequest): Record<string, unknown> {
  const budget = budgetOf(request);
  if (budget > 0) return { thinking: { type: "enabled", budget_tokens: budget } };
  return request.sampling.thinkFirst === false ? { thinking: { type: "disabled" } } : {};
}

/** Models from before the constrained mode fill in the schema as the input of a tool that they must call. */
function writeExtras({ extras: { responseSchema, tools, toolChoice }, refused }: ChatRequest): Record<string, unknown> {
  const asTool = responseSchema !== undefined && refused.has("output_config");
  const schema = responseSchema && strictSchema(responseSchema.schema);
  const offered = [...(tools ?? []).map((tool) => ({ name: tool.name, description: tool.description, input_schema: tool.parameters })), ...(asTool ? [{ name: responseSchema.name, description: "The reply.", input_schema: schema }] : [])];
  const choice = asTool ? { type: "tool", name: responseSchema.name } : writeChoice(toolChoice);
  return {
    ...(schema && !asTool && { output_config: { format: { type: "json_schema", schema } } }),
    ...(offered.length > 0 && { tools: offered }),
    ...(choice && { tool_choice: choice }),
  };
}

/** Anthropic's Messages API, version 2023-06-01. It has no seed; the sample number still tells calls apart in the cache. */
export const anthropicMessages: ChatProtocol = {
  headers: { "anthropic-version": "2023-06-01" },
  chatPath: () => "/messages",
  body(request) {
    const { target, sampling } = request;
    const budget = budgetOf(request);
    const { system, rest } = splitSystem(request.messages);
    return {
      model: target.model,
      max_tokens: (sampling.maxTokens ?? DEFAULT_MAX_TOKENS) + budget,
      messages: rest.map((message) => ({ role: message.role === "tool" ? "user" : message.role, content: writeContent(message) })),
      ...(system !== "" && { system }),
      ...(sampling.temperature !== null && { temperature: sampling.temperature }),
      ...(sampling.topP !== null && { top_p: sampling.topP }),
      ...(sampling.topK !== undefined && { top_k: sampling.topK }),
      ...(sampling.stop.length > 0 && { stop_sequences: sampling.stop }),
      ...writeExtras(request),
      ...writeThinking(request),
    };
  },
  parse(reply, { extras: { responseSchema } }) {
    const { content, stop_reason, usage } = replyShape.parse(reply);
    const calls = content.filter(({ type }) => type === "tool_use");
    const filled = responseSchema && calls.find(({ name }) => name === responseSchema.name);
    const text = content.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
    return {
      text: filled ? JSON.stringify(filled.input) : text,
      thinking: joinThinking(content.map(({ thinking }) => thinking)),
      toolCalls: calls.filter((call) => call !== filled).map((call) => ({ id: call.id ?? "", name: call.name ?? "", arguments: JSON.stringify(call.input ?? {}) })),
      finishReason: filled ? "stop" : (stop_reason ?? null),
      refusal: stop_reason === "refusal" ? text : null,
      promptTokens: (usage?.input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0),
      completionTokens: usage?.output_tokens ?? 0,
      cachedTokens: usage?.cache_read_input_tokens ?? 0,
      reasoningTokens: 0,
    };
  },
  limits: { mostTemperature: 1, notWhileThinking: ["temperature", "topP", "topK"] },
  refusable: { temperature: null, top_p: null, stop_sequences: null, thinking: null, output_config: null },
  listing: {
    url: () => "/models?limit=1000",
    parse: (reply) => z.object({ data: z.array(z.object({ id: z.string() })) }).parse(reply).data.map(({ id }) => id),
  },
};
