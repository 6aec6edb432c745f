import { z } from "zod";
import { providerEntry } from "@/lib/contracts/providers";
import type { CallExtras, ChatMessage, Sampling, ToolCall } from "../chat";
import type { ModelTarget } from "../endpoint";
import { writeOwnRule } from "../reply-rule";
import { joinThinking, partsOf, splitThinking } from "./message-parts";
import { tokens, type ChatProtocol, type ChatRequest } from "./protocol";
import { strictSchema } from "./strict-schema";

const thought = z.union([z.string(), z.array(z.looseObject({ text: z.string().nullish() }))]);
const part = z.looseObject({ type: z.string().nullish(), text: z.string().nullish(), thinking: thought.nullish() });
export const functionCalls = z
  .array(z.object({ id: z.string().nullish(), function: z.object({ name: z.string(), arguments: z.union([z.string(), z.looseObject({})]).nullish() }) }))
  .nullish();

const replyShape = z.object({
  choices: z.array(
    z.object({
      message: z.object({
        content: z.union([z.string(), z.array(part)]).nullish(),
        refusal: z.string().nullish(),
        reasoning_content: z.string().nullish(),
        reasoning: z.string().nullish(),
        tool_calls: functionCalls,
      }),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z
    .object({
      prompt_tokens: tokens,
      completion_tokens: tokens,
      prompt_cache_hit_tokens: tokens,
      prompt_tokens_details: z.object({ cached_tokens: tokens }).nullish().catch(null),
      completion_tokens_details: z.object({ reasoning_tokens: tokens }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

export function readFunctionCalls(calls: z.infer<typeof functionCalls>): ToolCall[] {
  return (calls ?? []).map(({ id, function: { name, arguments: given } }, index) => ({ id: id ?? `call_${String(index)}`, name, arguments: typeof given === "string" ? given : JSON.stringify(given ?? {}) }));
}

export function writeFunctionCalls(calls: ToolCall[]) {
  return calls.map(({ id, name, arguments: text }) => ({ id, type: "function", function: { name, arguments: text } }));
}

function writeMessage(message: ChatMessage): Record<string, unknown> {
  const content = typeof message.content === "string" ? message.content : partsOf(message).map((item) => (item.type === "text" ? item : { type: "image_url", image_url: { url: item.url } }));
  return {
    role: message.role,
    content: message.toolCalls && content === "" ? null : content,
    ...(message.toolCalls && { tool_calls: writeFunctionCalls(message.toolCalls) }),
    ...(message.toolCallId !== undefined && { tool_call_id: message.toolCallId }),
  };
}

export const readDialect = (target: ModelTarget) => providerEntry(target.endpoint.provider).dialect ?? {};

/** Azure keeps a model's name in the path, unless the base URL is that of its newer API without versions. */
function pathOf(target: ModelTarget, path: string): string {
  const { settings, baseUrl } = target.endpoint;
  if (!readDialect(target).deployments || baseUrl.endsWith("/v1")) return path;
  return `/deployments/${encodeURIComponent(target.model)}${path}?api-version=${encodeURIComponent(settings.apiVersion ?? "")}`;
}

export function writePenalties({ frequencyPenalty, presencePenalty }: Sampling): Record<string, number> {
  return { ...(frequencyPenalty !== undefined && { frequency_penalty: frequencyPenalty }), ...(presencePenalty !== undefined && { presence_penalty: presencePenalty }) };
}

/**
 * Thinking on or off, as each kind of server documents it. The chat templates of Qwen and DeepSeek know the switch by two names,
 * and a template passes over what it does not read. OpenAI and Ollama have an amount alone, of which one is none.
 */
function writeSwitch({ target, sampling: { thinkFirst }, extras: { thinking } }: ChatRequest): Record<string, unknown> {
  if (thinkFirst === undefined) return {};
  switch (readDialect(target).thinkingSwitch ?? "template") {
    case "template":
      return { chat_template_kwargs: { enable_thinking: thinkFirst, thinking: thinkFirst } };
    case "effort":
      return thinking ? {} : { reasoning_effort: thinkFirst ? "medium" : "none" };
    case "reasoning":
      return thinking ? {} : { reasoning: thinkFirst ? { enabled: true } : { effort: "none" } };
    case "type":
      return { thinking: { type: thinkFirst ? "enabled" : "disabled" } };
  }
}

function writeSchema({ name, schema }: NonNullable<CallExtras["responseSchema"]>, asValue: boolean): Record<string, unknown> {
  return asValue ? { type: "json", value: strictSchema(schema) } : { type: "json_schema", json_schema: { name, schema: strictSchema(schema), strict: true } };
}

function writeExtras({ target, extras, rule, isRuledBySchema }: ChatRequest): Record<string, unknown> {
  const { responseSchema, tools, toolChoice, thinking } = extras;
  const { schemaAsValue = false, replyRule } = readDialect(target);
  const choice = toolChoice === undefined || ["auto", "required", "none"].includes(toolChoice) ? toolChoice : { type: "function", function: { name: toolChoice } };
  return {
    ...(responseSchema && { response_format: writeSchema(responseSchema, schemaAsValue) }),
    ...(rule && !isRuledBySchema && writeOwnRule(rule, replyRule)),
    ...(tools && { tools: tools.map((tool) => ({ type: "function", function: tool })) }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(thinking && { reasoning_effort: thinking }),
  };
}

function readMessage(message: z.infer<typeof replyShape>["choices"][number]["message"] | undefined): { text: string; thinking: string | null } {
  const apart = message?.reasoning_content ?? message?.reasoning ?? null;
  if (Array.isArray(message?.content)) {
    const thoughts = message.content.flatMap(({ thinking }) => (Array.isArray(thinking) ? thinking.map(({ text }) => text) : [thinking]));
    return { text: message.content.map(({ text }) => text ?? "").join(""), thinking: joinThinking([apart, ...thoughts]) };
  }
  const said = splitThinking(message?.content ?? "");
  return { text: said.text, thinking: joinThinking([apart, said.thinking]) };
}

const embeddingShape = z.object({ data: z.array(z.object({ index: z.number().optional(), embedding: z.array(z.number()) })), usage: z.object({ prompt_tokens: tokens }).nullish() });
const classificationShape = z.object({ data: z.array(z.record(z.string(), z.number())), usage: z.object({ prompt_tokens: tokens }).nullish() });
const listShape = z.union([z.array(z.object({ id: z.string() })), z.object({ data: z.array(z.object({ id: z.string() })) }).transform(({ data }) => data)]);

/**
 * OpenAI's Chat Completions, and every server that copies it (vLLM, Ollama, llama.cpp, LM Studio, TGI, …); where a copy
 * differs is data in the catalogue of providers.
 * Written on the wire format: the SDK costs 0.35 ms of CPU a call where this costs 0.11 (bench/calls), and it wants a newer Node.
 */
export const openAiChat: ChatProtocol = {
  chatPath: (target) => pathOf(target, "/chat/completions"),
  body(request) {
    const { target, messages, sampling } = request;
    const { maxTokens = "max_tokens", seed = "seed" } = readDialect(target);
    return {
      model: target.model,
      messages: messages.map(writeMessage),
      ...(sampling.temperature !== null && { temperature: sampling.temperature }),
      ...(sampling.topP !== null && { top_p: sampling.topP }),
      ...(sampling.maxTokens !== null && { [maxTokens]: sampling.maxTokens }),
      ...(sampling.stop.length > 0 && { stop: sampling.stop }),
      ...(sampling.seed !== null && { [seed]: sampling.seed }),
      ...writePenalties(sampling),
      ...(sampling.repetitionPenalty !== undefined && { repetition_penalty: sampling.repetitionPenalty }),
      ...(sampling.logitBias && { logit_bias: sampling.logitBias }),
      ...(sampling.topK !== undefined && { top_k: sampling.topK }),
      ...(sampling.minP !== undefined && { min_p: sampling.minP }),
      ...writeSwitch(request),
      ...writeExtras(request),
    };
  },
  parse(reply) {
    const { choices, usage } = replyShape.parse(reply);
    const choice = choices[0];
    return {
      ...readMessage(choice?.message),
      toolCalls: readFunctionCalls(choice?.message.tool_calls),
      finishReason: choice?.finish_reason || null,
      refusal: choice?.message.refusal || null,
      promptTokens: usage?.prompt_tokens ?? 0,
      completionTokens: usage?.completion_tokens ?? 0,
      cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? usage?.prompt_cache_hit_tokens ?? 0,
      reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
    };
  },
  refusable: {
    max_tokens: "max_completion_tokens",
    max_completion_tokens: "max_tokens",
    temperature: null,
    top_p: null,
    stop: null,
    seed: null,
    random_seed: null,
    reasoning_effort: null,
  },
  embedding: {
    batch: 128,
    path: (target) => pathOf(target, "/embeddings"),
    body({ target, texts, dimensions, purpose, truncate }) {
      const { dimensions: name = "dimensions" } = readDialect(target);
      const beyond = target.endpoint.isOwnServer && { input_type: purpose, truncate };
      return { model: target.model, input: texts, ...(dimensions !== null && name !== null && { [name]: dimensions }), ...beyond };
    },
    parse(reply) {
      const { data, usage } = embeddingShape.parse(reply);
      const sorted = data.map((item, place) => ({ at: item.index ?? place, vector: item.embedding })).sort((a, b) => a.at - b.at);
      return { vectors: sorted.map(({ vector }) => vector), tokens: usage?.prompt_tokens ?? 0 };
    },
  },
  classification: {
    batch: 128,
    path: ({ measure }) => (measure === "labels" ? "/classify" : "/likelihood"),
    body: ({ target, texts, truncate, measure }) => ({ model: target.model, input: measure === "labels" ? texts : texts.map((pair): unknown => JSON.parse(pair)), truncate }),
    parse(reply) {
      const { data, usage } = classificationShape.parse(reply);
      return { scores: data, tokens: usage?.prompt_tokens ?? 0 };
    },
  },
  listing: {
    url: (target) => {
      const { models = "/models" } = readDialect(target);
      return models;
    },
    parse: (reply) => listShape.parse(reply).map(({ id }) => id),
  },
};
