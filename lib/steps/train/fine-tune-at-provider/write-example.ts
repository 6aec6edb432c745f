import { valueNamed } from "@/lib/core/named-values";
import { z } from "zod";
import type { definition } from "./definition";

type Params = z.infer<(typeof definition)["params"]>;
/** A row's cells as texts: lists and objects as JSON. */
export type ExampleRow = Readonly<Record<string, unknown>>;

/** What the provider takes, or why it would not. */
export type Example = { line: string } | { unfit: string };

const text = z.string().refine((content) => content.trim() !== "");
const message = z.looseObject({ role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]), content: z.union([text, z.array(z.unknown()).min(1), z.null()]).optional() });
const conversation = z.array(message).min(1);
type Message = z.infer<typeof message>;

/** Columns that the examples are made of. */
export function readColumns({ rows, method, ...params }: Params): string[] {
  const input = rows === "messages" ? [params.messagesColumn] : [params.promptColumn, ...(params.systemColumn === null ? [] : [params.systemColumn])];
  const output = method === "dpo" ? [params.chosenColumn, params.rejectedColumn] : rows === "messages" ? [] : [params.completionColumn];
  return [...new Set([...input, ...output])];
}

function readText(row: ExampleRow, column: string): string | null {
  const value = valueNamed(row, column);
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** A conversation in a cell, as JSON; null for any other thing. */
function readMessages(row: ExampleRow, column: string): Message[] | null {
  try {
    return conversation.parse(JSON.parse(String(row[column])));
  } catch {
    return null;
  }
}

const hasSystem = (messages: readonly Message[]) => messages.some(({ role }) => role === "system" || role === "developer");

/** What the model is given, or why there is none. */
function writeInput(row: ExampleRow, params: Params): Message[] | string {
  const withSystem = (system: string, messages: Message[]): Message[] => (system.trim() === "" || hasSystem(messages) ? messages : [{ role: "system", content: system }, ...messages]);
  if (params.rows === "messages") {
    const messages = readMessages(row, params.messagesColumn);
    return messages ? withSystem(params.systemPrompt, messages) : `“${params.messagesColumn}” holds no list of messages with a role and a content`;
  }
  const prompt = readText(row, params.promptColumn);
  if (prompt === null) return `“${params.promptColumn}” is empty`;
  const own = params.systemColumn === null ? null : readText(row, params.systemColumn);
  return withSystem(own ?? params.systemPrompt, [{ role: "user", content: prompt }]);
}

function writePair(row: ExampleRow, input: Message[], { chosenColumn, rejectedColumn }: Params): Example {
  const [chosen, rejected] = [readText(row, chosenColumn), readText(row, rejectedColumn)];
  if (chosen === null || rejected === null) return { unfit: `“${chosen === null ? chosenColumn : rejectedColumn}” is empty` };
  if (chosen === rejected) return { unfit: "both answers are the same" };
  if (input.at(-1)?.role === "assistant") return { unfit: "the conversation ends with an answer, so none can be preferred" };
  const answer = (content: string): Message[] => [{ role: "assistant", content }];
  return { line: JSON.stringify({ input: { messages: input }, preferred_output: answer(chosen), non_preferred_output: answer(rejected) }) };
}

/** A row as a line of the file that the provider is sent (platform.openai.com/docs/guides/supervised-fine-tuning, /direct-preference-optimization). */
export function writeExample(row: ExampleRow, params: Params): Example {
  const input = writeInput(row, params);
  if (typeof input === "string") return { unfit: input };
  if (params.method === "dpo") return writePair(row, input, params);
  if (params.rows === "messages") return input.at(-1)?.role === "assistant" ? { line: JSON.stringify({ messages: input }) } : { unfit: "the last message is none of the assistant's" };
  const completion = readText(row, params.completionColumn);
  return completion === null ? { unfit: `“${params.completionColumn}” is empty` } : { line: JSON.stringify({ messages: [...input, { role: "assistant", content: completion }] }) };
}
