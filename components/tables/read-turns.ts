import type { ColumnType } from "@/lib/steps/_sdk/columns";

/** A turn of a conversation, as it is drawn. */
export interface Turn {
  role: string;
  text: string;
  calls: { name: string; arguments: string }[];
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const asText = (value: unknown): string => (typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value));

/** A cell that is drawn as a conversation: one of messages, or a list of turns as ShareGPT writes them (`from`, `value`). */
export function isConversation(value: unknown, type: ColumnType | undefined): value is unknown[] {
  if (!Array.isArray(value)) return false;
  return type === "messages" || (type === "list" && value.length > 0 && value.every((turn) => isFields(turn) && typeof turn["from"] === "string" && "value" in turn));
}

/** Turns of a conversation. Parts of a content that are no text stay as their JSON. */
export function readTurns(value: unknown): Turn[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isFields).map((message) => ({ role: asText(message["role"] ?? message["from"]), text: readContent(message["content"] ?? message["value"]), calls: readCalls(message["tool_calls"]) }));
}

const CUT_TURN = /\{"(?:role|from)":"((?:[^"\\]|\\.)*)","(?:content|value)":"((?:[^"\\]|\\.)*)/g;

/** Turns of a long cell, of which a page of the grid has the beginning alone, as JSON that is cut; none if it is no conversation. */
export function readCutTurns(text: string): Turn[] {
  if (!/^\[\{"(role|from)":"/.test(text)) return [];
  const unquote = (part = ""): string => part.replace(/\\u([0-9a-f]{4})|\\(.)/gi, (_, code: string | undefined, sign: string | undefined) => (code ? String.fromCharCode(Number.parseInt(code, 16)) : (({ n: "\n", t: "\t", r: "\r" } as Record<string, string>)[sign ?? ""] ?? sign ?? "")));
  return [...text.matchAll(CUT_TURN)].map(([, role, said]) => ({ role: unquote(role), text: unquote(said), calls: [] }));
}

/** Whose turn it is, under whatever name: ShareGPT's as well. */
export function sideOf(role: string): "asks" | "answers" | "other" {
  if (role === "user" || role === "human") return "asks";
  return role === "assistant" || role === "gpt" ? "answers" : "other";
}

function readContent(content: unknown): string {
  if (!Array.isArray(content)) return asText(content);
  return content.map((part: unknown) => (isFields(part) && typeof part["text"] === "string" ? part["text"] : asText(part))).join("\n");
}

function readCalls(calls: unknown): Turn["calls"] {
  if (!Array.isArray(calls)) return [];
  return calls.filter(isFields).map((call) => {
    const called = isFields(call["function"]) ? call["function"] : call;
    return { name: asText(called["name"]), arguments: asText(called["arguments"]) };
  });
}
