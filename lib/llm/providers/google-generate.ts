import { z } from "zod";
import type { ChatMessage, ContentPart } from "../chat";
import type { ModelTarget } from "../endpoint";
import { joinThinking, partsOf, readArguments, readDataUrl, splitSystem, textOf } from "./message-parts";
import { thinkingBudget, tokens, type ChatProtocol, type ChatRequest } from "./protocol";
import { strictSchema } from "./strict-schema";

const part = z.looseObject({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  functionCall: z.looseObject({ id: z.string().nullish(), name: z.string(), args: z.unknown().optional() }).nullish(),
});
const replyShape = z
  .object({
    candidates: z.array(z.object({ content: z.object({ parts: z.array(part).nullish() }).nullish(), finishReason: z.string().nullish(), finishMessage: z.string().nullish() })).nullish(),
    promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
    usageMetadata: z.object({ promptTokenCount: tokens, candidatesTokenCount: tokens, thoughtsTokenCount: tokens, cachedContentTokenCount: tokens }).nullish(),
  })
  .refine((reply) => reply.candidates ?? reply.promptFeedback ?? reply.usageMetadata, "neither candidates nor feedback");

/** `models/x` at AI Studio; below the project and the publisher at Vertex. Names with a path of their own stay. */
function pathOf({ endpoint, model }: ModelTarget, method: string): string {
  const name = model.replace(/^models\//, "");
  if (endpoint.provider !== "vertex") return `/models/${encodeURIComponent(name)}:${method}`;
  const { project = "", location = "" } = endpoint.settings;
  const publisher = name.includes("/") ? name : `publishers/google/models/${name}`;
  return `/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}/${publisher}:${method}`;
}

const mediaTypes: Record<string, string> = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", webp: "image/webp", gif: "image/gif" };

function writePart(item: ContentPart): Record<string, unknown> {
  if (item.type === "text") return { text: item.text };
  const data = readDataUrl(item.url);
  if (data) return { inlineData: { mimeType: data.mediaType, data: data.base64 } };
  const ending = /\.(\w+)(?:\?|$)/.exec(item.url)?.[1]?.toLowerCase() ?? "";
  return { fileData: { fileUri: item.url, mimeType: mediaTypes[ending] ?? "image/jpeg" } };
}

function writeMessage(message: ChatMessage, earlier: ChatMessage[]): Record<string, unknown> {
  if (message.role === "tool") {
    // The protocol knows a call by the tool's name.
    const called = earlier.flatMap(({ toolCalls }) => toolCalls ?? []).find(({ id }) => id === message.toolCallId);
    return { role: "user", parts: [{ functionResponse: { name: called?.name ?? "", response: { result: textOf(message) } } }] };
  }
  const calls = (message.toolCalls ?? []).map(({ name, arguments: text }) => ({ functionCall: { name, args: readArguments(text) } }));
  const parts = message.content === "" && calls.length > 0 ? [] : partsOf(message).map(writePart);
  return { role: message.role === "assistant" ? "model" : "user", parts: [...parts, ...calls] };
}

function writeToolChoice(choice: string | undefined): Record<string, unknown> | null {
  if (choice === undefined) return null;
  const mode = { auto: "AUTO", none: "NONE", required: "ANY" }[choice];
  return { toolConfig: { functionCallingConfig: mode ? { mode } : { mode: "ANY", allowedFunctionNames: [choice] } } };
}

function writeConfig({ sampling, extras: { responseSchema, thinking } }: ChatRequest): Record<string, unknown> {
  return {
    ...(sampling.temperature !== null && { temperature: sampling.temperature }),
    ...(sampling.topP !== null && { topP: sampling.topP }),
    ...(sampling.topK !== undefined && { topK: sampling.topK }),
    ...(sampling.maxTokens !== null && { maxOutputTokens: sampling.maxTokens }),
    ...(sampling.stop.length > 0 && { stopSequences: sampling.stop }),
    ...(sampling.seed !== null && { seed: sampling.seed }),
    ...(sampling.frequencyPenalty !== undefined && { frequencyPenalty: sampling.frequencyPenalty }),
    ...(sampling.presencePenalty !== undefined && { presencePenalty: sampling.presencePenalty }),
    ...(responseSchema && { responseMimeType: "application/json", responseJsonSchema: strictSchema(responseSchema.schema) }),
    // -1 leaves the amount to the model.
    ...(sampling.thinkFirst !== undefined && { thinkingConfig: sampling.thinkFirst ? { includeThoughts: true, thinkingBudget: -1 } : { thinkingBudget: 0 } }),
    ...(thinking && { thinkingConfig: { includeThoughts: true, thinkingBudget: thinkingBudget[thinking] } }),
  };
}

const names = z.object({ models: z.array(z.object({ name: z.string() })).optional(), publisherModels: z.array(z.object({ name: z.string() })).optional() });

/** Google's generateContent, of AI Studio (an API key) and of Vertex AI (a service account). */
const embeddingShape = z.object({ embeddings: z.array(z.object({ values: z.array(z.number()) })) });

export const googleGenerate: ChatProtocol = {
  chatPath: (target) => pathOf(target, "generateContent"),
  body(request) {
    const { system, rest } = splitSystem(request.messages);
    const config = writeConfig(request);
    const { tools, toolChoice } = request.extras;
    return {
      contents: rest.map((message, index) => writeMessage(message, rest.slice(0, index))),
      ...(system !== "" && { systemInstruction: { parts: [{ text: system }] } }),
      ...(Object.keys(config).length > 0 && { generationConfig: config }),
      ...(tools && { tools: [{ functionDeclarations: tools.map((tool) => ({ name: tool.name, description: tool.description, parametersJsonSchema: tool.parameters })) }] }),
      ...writeToolChoice(toolChoice),
    };
  },
  parse(reply) {
    const { candidates, promptFeedback, usageMetadata: usage } = replyShape.parse(reply);
    const candidate = candidates?.[0];
    const parts = candidate?.content?.parts ?? [];
    const calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
    const blocked = promptFeedback?.blockReason ?? null;
    return {
      text: parts.map(({ text, thought }) => (thought ? "" : (text ?? ""))).join(""),
      thinking: joinThinking(parts.map(({ text, thought }) => (thought ? text : null))),
      toolCalls: calls.map((call, index) => ({ id: call.id ?? `call_${String(index)}`, name: call.name, arguments: JSON.stringify(call.args ?? {}) })),
      finishReason: blocked ? "content_filter" : calls.length > 0 ? "tool_calls" : (candidate?.finishReason ?? null),
      refusal: blocked ?? candidate?.finishMessage ?? null,
      promptTokens: usage?.promptTokenCount ?? 0,
      completionTokens: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
      cachedTokens: usage?.cachedContentTokenCount ?? 0,
      reasoningTokens: usage?.thoughtsTokenCount ?? 0,
    };
  },
  refusable: {
    "generationConfig.temperature": null,
    "generationConfig.topP": null,
    "generationConfig.stopSequences": null,
    "generationConfig.seed": null,
    "generationConfig.thinkingConfig": null,
  },
  embedding: {
    batch: 100,
    path: (target) => pathOf(target, "batchEmbedContents"),
    body: ({ target, texts, dimensions, purpose }) => ({
      requests: texts.map((text) => ({
        model: `models/${target.model.replace(/^models\//, "")}`,
        content: { parts: [{ text }] },
        taskType: purpose === "query" ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT",
        ...(dimensions !== null && { outputDimensionality: dimensions }),
      })),
    }),
    parse: (reply) => ({ vectors: embeddingShape.parse(reply).embeddings.map(({ values }) => values), tokens: 0 }),
  },
  listing: {
    url: ({ endpoint }) => (endpoint.provider === "vertex" ? `${endpoint.baseUrl.replace(/\/v1$/, "/v1beta1")}/publishers/google/models` : "/models?pageSize=1000"),
    parse(reply) {
      const { models, publisherModels } = names.parse(reply);
      return (models ?? publisherModels ?? []).map(({ name }) => name.slice(name.lastIndexOf("/") + 1));
    },
  },
};
