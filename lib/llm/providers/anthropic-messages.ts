import { z } from "zod";
import type { ChatProtocol } from "./protocol";

const replyShape = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).partial().optional(),
});

/** Tokens a reply may have where the step leaves it open: this API wants a number. */
const DEFAULT_MAX_TOKENS = 4096;

/** Anthropic's Messages API, version 2023-06-01. It has no seed; the sample number still tells calls apart in the cache. */
export const anthropicMessages: ChatProtocol = {
  path: "/messages",
  headers: (endpoint) => ({
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    ...(endpoint.apiKey ? { "x-api-key": endpoint.apiKey } : {}),
  }),
  body(model, messages, sampling) {
    const system = messages.filter((message) => message.role === "system").map((message) => message.content);
    return {
      model,
      max_tokens: sampling.maxTokens ?? DEFAULT_MAX_TOKENS,
      messages: messages.filter((message) => message.role !== "system"),
      ...(system.length > 0 && { system: system.join("\n\n") }),
      ...(sampling.temperature !== null && { temperature: Math.min(1, sampling.temperature) }),
      ...(sampling.topP !== null && { top_p: sampling.topP }),
      ...(sampling.stop.length > 0 && { stop_sequences: sampling.stop }),
    };
  },
  parse(reply) {
    const parsed = replyShape.parse(reply);
    return {
      text: parsed.content.map((part) => part.text ?? "").join(""),
      finishReason: parsed.stop_reason ?? null,
      promptTokens: parsed.usage?.input_tokens ?? 0,
      completionTokens: parsed.usage?.output_tokens ?? 0,
    };
  },
};
