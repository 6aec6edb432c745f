/** A turn of a conversation, as it is drawn. */
export interface Turn {
  role: string;
  text: string;
  calls: { name: string; arguments: string }[];
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const asText = (value: unknown): string => (typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value));

/** Turns of a cell of messages. Parts of a content that are no text stay as their JSON. */
export function readTurns(value: unknown): Turn[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isFields).map((message) => ({ role: asText(message["role"]), text: readContent(message["content"]), calls: readCalls(message["tool_calls"]) }));
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
