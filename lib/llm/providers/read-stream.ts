import { z } from "zod";

const chunk = z.looseObject({
  choices: z.array(z.looseObject({ delta: z.record(z.string(), z.unknown()).nullish(), text: z.string().nullish(), finish_reason: z.string().nullish() })).nullish(),
  usage: z.unknown().optional(),
  error: z.unknown().optional(),
});

/** Whether a body is an event stream, whatever its server calls it. */
export function isEventStream(text: string): boolean {
  return /^\ufeff?(?::[^\n]*\n|\s)*(?:event|data|id|retry):/.test(text);
}

interface ToolCallSoFar {
  id?: unknown;
  function: { name: string; arguments: string };
}

function addToolCalls(calls: ToolCallSoFar[], pieces: unknown): void {
  for (const piece of Array.isArray(pieces) ? (pieces as { index?: number; id?: unknown; function?: { name?: string; arguments?: string } }[]) : []) {
    const place = piece.index ?? calls.length;
    const call = (calls[place] ??= { function: { name: "", arguments: "" } });
    if (piece.id !== undefined && piece.id !== null) call.id = piece.id;
    call.function.name += piece.function?.name ?? "";
    call.function.arguments += piece.function?.arguments ?? "";
  }
}

/** A stream of OpenAI's, which a server sent without being asked for one, as the reply that it makes up; null for another stream. */
export function assembleStream(text: string): unknown {
  const message: Record<string, string> = { role: "assistant" };
  const calls: ToolCallSoFar[] = [];
  let finish: string | null = null;
  let usage: unknown;
  let seen = false;
  for (const [, data = ""] of text.matchAll(/^data:[ ]?(.*)$/gm)) {
    if (data.trim() === "[DONE]" || data.trim() === "") continue;
    let json: unknown;
    try {
      json = JSON.parse(data);
    } catch {
      return null;
    }
    const parsed = chunk.safeParse(json);
    if (!parsed.success) return null;
    if (parsed.data.error) return json;
    usage = parsed.data.usage ?? usage;
    const choice = parsed.data.choices?.[0];
    if (!choice) continue;
    seen = true;
    for (const [name, value] of Object.entries(choice.delta ?? { content: choice.text })) {
      if (name === "tool_calls") addToolCalls(calls, value);
      else if (typeof value === "string" && name !== "role") message[name] = (message[name] ?? "") + value;
    }
    finish = choice.finish_reason ?? finish;
  }
  // A stream that does not say why it ended was cut.
  const ended = finish ?? (/^data:[ ]?\[DONE\]/m.test(text) ? null : "connection_lost");
  return seen ? { choices: [{ message: { ...message, ...(calls.length > 0 && { tool_calls: calls.filter(Boolean) }) }, text: message["content"], finish_reason: ended }], usage } : null;
}
