import type { ChatMessage, ContentPart } from "../chat";

export function partsOf(message: ChatMessage): ContentPart[] {
  return typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
}

/** The text of a message alone. */
export function textOf(message: ChatMessage): string {
  return partsOf(message)
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("");
}

/** Media type and base64 of a `data:` URL; null for another. */
export function readDataUrl(url: string): { mediaType: string; base64: string } | null {
  const match = /^data:([\w.+/-]+);base64,(.*)$/s.exec(url);
  return match?.[1] && match[2] !== undefined ? { mediaType: match[1], base64: match[2] } : null;
}

/** System messages joined, for protocols that take them beside the conversation. */
export function splitSystem(messages: ChatMessage[]): { system: string; rest: ChatMessage[] } {
  const system = messages.filter((message) => message.role === "system").map(textOf);
  return { system: system.join("\n\n"), rest: messages.filter((message) => message.role !== "system") };
}

/** Arguments as the object that some protocols want; text that is not JSON goes as it is. */
export function readArguments(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { arguments: text };
  }
}

const OPEN = "<think>";
const CLOSE = "</think>";

/**
 * Takes apart what local servers leave together: `<think>…</think>` before the answer. A chat template may have opened the
 * tag in the prompt, so that the reply has only its end; a cut reply has only its beginning.
 */
export function splitThinking(text: string): { text: string; thinking: string | null } {
  const begins = text.trimStart().startsWith(OPEN);
  const end = text.indexOf(CLOSE);
  if (begins && end === -1) return { text: "", thinking: text.trimStart().slice(OPEN.length).trim() };
  if (end === -1 || (!begins && text.includes(OPEN))) return { text, thinking: null };
  const from = begins ? text.indexOf(OPEN) + OPEN.length : 0;
  return { text: text.slice(end + CLOSE.length).trimStart(), thinking: text.slice(from, end).trim() };
}

/** Joined pieces of thinking; null where there are none. */
export function joinThinking(pieces: (string | null | undefined)[]): string | null {
  const said = pieces.filter((piece): piece is string => typeof piece === "string" && piece !== "");
  return said.length > 0 ? said.join("\n\n") : null;
}
