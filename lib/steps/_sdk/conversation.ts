import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { ChatMessage, ContentPart, ToolCall } from "@/lib/llm/chat";

/** Who speaks, as chat templates, OpenAI and ShareGPT call it. `call` is an assistant's call of a tool. */
const roles: Readonly<Record<string, ChatMessage["role"] | "call">> = {
  ...{ system: "system", developer: "system" },
  ...{ user: "user", human: "user" },
  ...{ assistant: "assistant", gpt: "assistant", model: "assistant", bot: "assistant", chatgpt: "assistant", ai: "assistant" },
  ...{ tool: "tool", function: "tool", observation: "tool", function_response: "tool", tool_response: "tool", ipython: "tool" },
  ...{ function_call: "call", tool_call: "call" },
};

const given = z.looseObject({
  role: z.string().nullish(),
  from: z.string().nullish(),
  content: z.unknown().optional(),
  value: z.unknown().optional(),
  tool_calls: z.array(z.looseObject({ id: z.string().nullish(), function: z.unknown().optional(), name: z.string().nullish(), arguments: z.unknown().optional() })).nullish(),
  tool_call_id: z.string().nullish(),
});
const part = z.looseObject({ type: z.string().nullish(), text: z.string().nullish(), image_url: z.unknown().optional(), url: z.string().nullish(), image: z.string().nullish() });
const called = z.looseObject({ name: z.string(), arguments: z.unknown().optional(), parameters: z.unknown().optional() });

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? {}));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One message is wrong; `number` is its place, from 1. */
class MessageFault extends Error {}

function readPart(value: unknown): ContentPart {
  if (typeof value === "string") return { type: "text", text: value };
  const { type, text, image_url: image, url, image: named } = part.parse(value);
  if (typeof text === "string" && (type ?? "text").includes("text")) return { type: "text", text };
  const address = typeof image === "string" ? image : ((image as { url?: unknown } | null | undefined)?.url ?? url ?? named);
  if (typeof address === "string" && /^(https:\/\/|data:image\/)/.test(address)) return { type: "image", url: address };
  throw new MessageFault(`a part of type “${type ?? "none"}” is neither text nor an image by its address`);
}

/** Parts that are text alone are one text. A text that is written as parts, as a column of messages keeps them, is read as these. */
function readContent(value: unknown): ChatMessage["content"] {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") {
    const listed = value.startsWith('[{"type":') ? parseJson(value) : undefined;
    return Array.isArray(listed) ? readContent(listed) : value;
  }
  if (!Array.isArray(value)) return asText(value);
  const parts = value.map(readPart);
  return parts.every(({ type }) => type === "text") ? parts.map((one) => (one.type === "text" ? one.text : "")).join("") : parts;
}

function readCall(value: unknown, number: number): ToolCall {
  const read = called.safeParse(typeof value === "string" ? parseJson(value) : value);
  if (!read.success) throw new MessageFault("its tool call names no tool");
  return { id: `call_${String(number)}`, name: read.data.name, arguments: asText(read.data.arguments ?? read.data.parameters) };
}

function readMessage(value: unknown, earlier: readonly ChatMessage[]): ChatMessage {
  const message = given.parse(value);
  const name = message.role ?? message.from;
  const role = roles[(name ?? "").toLowerCase()];
  if (!role) throw new MessageFault(name ? `“${name}” is no role that is known` : "it has no role");
  const content = message.content ?? message.value;
  const count = earlier.reduce((sum, { toolCalls }) => sum + (toolCalls?.length ?? 0), 0);
  if (role === "call") {
    const listed: unknown[] = Array.isArray(content) ? content : [content];
    return { role: "assistant", content: "", toolCalls: listed.map((one, index) => readCall(one, count + index + 1)) };
  }
  if (role === "tool") {
    const open = earlier.flatMap(({ toolCalls }) => toolCalls ?? []).find(({ id }) => !earlier.some(({ toolCallId }) => toolCallId === id));
    return { role, content: readContent(content), toolCallId: message.tool_call_id ?? open?.id ?? "" };
  }
  const calls = (message.tool_calls ?? []).map((call, index) => ({ ...readCall(call.function ?? call, count + index + 1), ...(call.id && { id: call.id }) }));
  if (content === undefined && calls.length === 0) throw new MessageFault("it has no content");
  return { role, content: readContent(content), ...(calls.length > 0 && { toolCalls: calls }) };
}

/** The list in a cell: itself, or what an object has under “messages” or “conversations”. */
function findList(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { messages, conversations, conversation } = value as Record<string, unknown>;
  return messages ?? conversations ?? conversation;
}

/**
 * The conversation in a cell, in OpenAI's form (parts, tool calls and `developer` among it) or ShareGPT's (`from`, `value`).
 * Throws `conversation_invalid`, which says what is wrong with which message.
 */
export function readConversation(text: string, column: string): ChatMessage[] {
  const list = findList(parseJson(text));
  if (!Array.isArray(list)) throw new AppError("conversation_invalid", { column, detail: "it is no list of messages" });
  const messages: ChatMessage[] = [];
  for (const [place, one] of list.entries()) {
    try {
      messages.push(readMessage(one, messages));
    } catch (error) {
      const detail = error instanceof MessageFault ? error.message : "it is no object of a message";
      throw new AppError("conversation_invalid", { column, detail: `message ${String(place + 1)}: ${detail}` });
    }
  }
  return messages;
}

/** The tools that stand beside the messages in a cell, as `readTools` takes them; undefined for a cell that is a list alone. */
export function findTools(text: string): unknown {
  const cell = parseJson(text);
  return typeof cell === "object" && cell !== null && "tools" in cell ? cell.tools : undefined;
}

/** A conversation as a column of messages keeps it: the members that chat templates know, absent ones left out. */
export function writeConversation(messages: readonly ChatMessage[]): Record<string, unknown>[] {
  return messages.map(({ role, content, toolCalls, toolCallId }) => ({
    role,
    content: typeof content === "string" ? content : JSON.stringify(content.map((one) => (one.type === "text" ? one : { type: "image_url", image_url: { url: one.url } }))),
    ...(toolCalls && { tool_calls: toolCalls.map(({ id, name, arguments: text }) => ({ id, type: "function", function: { name, arguments: text } })) }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  }));
}
