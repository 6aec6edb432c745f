import type { ChangedValue } from "@/lib/contracts/changed-values";

/** A part of a message that is more than text. An image is a `data:` URL or an https one. */
export type ContentPart = { type: "text"; text: string } | { type: "image"; url: string };

/** A call of a tool that a model asks for. `arguments` is JSON text, as the model wrote it. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** One message of a chat. */
export interface ChatMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string | ContentPart[];
  /** Of an assistant's message. */
  toolCalls?: ToolCall[];
  /** Of a tool's message: the call it answers. */
  toolCallId?: string;
}

/** A JSON Schema, as JSON. */
export type JsonSchema = Record<string, unknown>;

export interface ToolDefinition {
  name: string;
  description: string;
  parameters: JsonSchema;
}

/** Everything that shapes a reply beside the messages. Null is “as the model's server has it”. */
export interface Sampling {
  temperature: number | null;
  topP: number | null;
  /** Tokens. */
  maxTokens: number | null;
  stop: string[];
  seed: number | null;
  /** Left out where they are not set, so that the keys of calls without them stay: -2 to 2. */
  frequencyPenalty?: number;
  presencePenalty?: number;
  /** Above 1 holds back what was said before; 1 changes nothing. */
  repetitionPenalty?: number;
  /** By the number of a token, -100 to 100. */
  logitBias?: Record<string, number>;
  /** The likeliest tokens alone, so many of them. */
  topK?: number;
  /** Tokens that are at least so likely as a share of the likeliest. */
  minP?: number;
  /** Whether a model that can think before it answers does so. */
  thinkFirst?: boolean;
  /** The reply is one of these texts, or all of it matches this regular expression (RE2's syntax). One of both at most. */
  replyChoices?: string[];
  replyPattern?: string;
  /** Members of the request beside those of the step, as a person wrote them. */
  requestFields?: Record<string, unknown>;
}

/** What a call may ask for beyond text. Left out, the call and its key are those of a plain one. */
export interface CallExtras {
  /** The reply is JSON of this schema, by the provider's own constrained mode. */
  responseSchema?: { name: string; schema: JsonSchema };
  tools?: ToolDefinition[];
  /** `auto`, `required` (any), `none`, or a tool's name. Only with tools. */
  toolChoice?: string;
  /** How much a thinking model thinks. */
  thinking?: "low" | "medium" | "high";
}

export interface TokenUsage {
  promptTokens: number;
  completionTokens: number;
  /** Of the prompt's tokens, those that the provider had cached. */
  cachedTokens: number;
  /** Of the completion's tokens, those spent thinking. */
  reasoningTokens: number;
}

/** A reply, and what it took. */
export interface Completion {
  /** The answer alone. Empty where the model only calls tools. */
  text: string;
  /** What the model thought before it, where that is told. */
  thinking: string | null;
  toolCalls: ToolCall[];
  /** `stop`, `length`, `tool_calls`, `content_filter`, or another word of the provider's. */
  finishReason: string | null;
  /** The token limit cut the reply. */
  truncated: boolean;
  usage: TokenUsage;
  /** Values that were sent otherwise than they were set. */
  changed: ChangedValue[];
  record: CallRecord;
}

/** The call behind a row, stored with it as `CALL`. */
export interface CallRecord {
  /** Call cache key, 64 hexadecimal digits; the request and the raw reply are found under it. */
  key: string;
  cached: boolean;
  /** Requests sent for this call; 0 when cached. */
  attempts: number;
  latencyMs: number;
  promptTokens: number;
  completionTokens: number;
  /** Millionths of a US dollar. */
  costMicros: number;
}
