import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { ChatMessage, ContentPart } from "../chat";
import { joinThinking, partsOf, readArguments, readDataUrl, splitSystem, splitThinking, textOf } from "./message-parts";
import { tokens, type ChatProtocol, type ChatRequest } from "./protocol";
import { strictSchema } from "./strict-schema";

const block = z.looseObject({
  text: z.string().nullish(),
  reasoningContent: z.looseObject({ reasoningText: z.looseObject({ text: z.string().nullish() }).nullish() }).nullish(),
  toolUse: z.looseObject({ toolUseId: z.string(), name: z.string(), input: z.unknown().optional() }).nullish(),
});
const replyShape = z.object({
  output: z.object({ message: z.object({ content: z.array(block) }).nullish() }),
  stopReason: z.string().nullish(),
  usage: z.object({ inputTokens: tokens, outputTokens: tokens, cacheReadInputTokens: tokens, cacheWriteInputTokens: tokens }).nullish(),
});

function writePart(part: ContentPart, provider: string): Record<string, unknown> {
  if (part.type === "text") return { text: part.text };
  const data = readDataUrl(part.url);
  if (!data) throw new AppError("model_feature_missing", { connection: provider, feature: "images by address; give the image itself" });
  return { image: { format: data.mediaType.replace("image/", ""), source: { bytes: data.base64 } } };
}

function writeContent(message: ChatMessage, provider: string): Record<string, unknown>[] {
  if (message.role === "tool") return [{ toolResult: { toolUseId: message.toolCallId ?? "", content: [{ text: textOf(message) }] } }];
  const calls = (message.toolCalls ?? []).map((call) => ({ toolUse: { toolUseId: call.id, name: call.name, input: readArguments(call.arguments) } }));
  const parts = message.content === "" && calls.length > 0 ? [] : partsOf(message).map((part) => writePart(part, provider));
  return [...parts, ...calls];
}

function writeExtras({ extras: { responseSchema, tools, toolChoice } }: ChatRequest): Record<string, unknown> {
  const choice = toolChoice === undefined || toolChoice === "none" ? null : toolChoice === "auto" ? { auto: {} } : toolChoice === "required" ? { any: {} } : { tool: { name: toolChoice } };
  const offered = toolChoice === "none" ? null : tools?.map((tool) => ({ toolSpec: { name: tool.name, description: tool.description, inputSchema: { json: tool.parameters } } }));
  return {
    ...(offered && { toolConfig: { tools: offered, ...(choice && { toolChoice: choice }) } }),
    // The schema goes as text.
    ...(responseSchema && { outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema: { name: responseSchema.name, schema: JSON.stringify(strictSchema(responseSchema.schema)) } } } } }),
  };
}

/** Amazon Bedrock's Converse: one protocol for the models of all makers. */
export const bedrockConverse: ChatProtocol = {
  chatPath: ({ model }) => `/model/${encodeURIComponent(model)}/converse`,
  body(request) {
    const { sampling } = request;
    const { system, rest } = splitSystem(request.messages);
    const config = {
      ...(sampling.temperature !== null && { temperature: sampling.temperature }),
      ...(sampling.topP !== null && { topP: sampling.topP }),
      ...(sampling.maxTokens !== null && { maxTokens: sampling.maxTokens }),
      ...(sampling.stop.length > 0 && { stopSequences: sampling.stop }),
    };
    return {
      messages: rest.map((message) => ({ role: message.role === "assistant" ? "assistant" : "user", content: writeContent(message, request.target.endpoint.name) })),
      ...(system !== "" && { system: [{ text: system }] }),
      ...(Object.keys(config).length > 0 && { inferenceConfig: config }),
      ...writeExtras(request),
    };
  },
  parse(reply) {
    const { output, stopReason, usage } = replyShape.parse(reply);
    const blocks = output.message?.content ?? [];
    const said = splitThinking(blocks.map(({ text }) => text ?? "").join(""));
    const isRefused = stopReason === "guardrail_intervened" || stopReason === "content_filtered";
    return {
      text: said.text,
      thinking: joinThinking([...blocks.map(({ reasoningContent }) => reasoningContent?.reasoningText?.text), said.thinking]),
      toolCalls: blocks.flatMap(({ toolUse }) => (toolUse ? [{ id: toolUse.toolUseId, name: toolUse.name, arguments: JSON.stringify(toolUse.input ?? {}) }] : [])),
      finishReason: stopReason ?? null,
      refusal: isRefused ? said.text : null,
      promptTokens: (usage?.inputTokens ?? 0) + (usage?.cacheReadInputTokens ?? 0) + (usage?.cacheWriteInputTokens ?? 0),
      completionTokens: usage?.outputTokens ?? 0,
      cachedTokens: usage?.cacheReadInputTokens ?? 0,
      reasoningTokens: 0,
    };
  },
  refusable: { "inferenceConfig.temperature": null, "inferenceConfig.topP": null, "inferenceConfig.stopSequences": null },
  listing: {
    url: ({ endpoint }) => `${endpoint.baseUrl.replace("//bedrock-runtime", "//bedrock")}/foundation-models`,
    parse: (reply) => z.object({ modelSummaries: z.array(z.object({ modelId: z.string() })) }).parse(reply).modelSummaries.map(({ modelId }) => modelId),
  },
};
