/** One message of a request, whatever protocol it was sent by. */
export interface SentMessage {
  role: "system" | "user" | "assistant" | "tool";
  text: string;
}

export interface SentRequest {
  messages: SentMessage[];
  /** Sampling and limits, by the names they were sent under. */
  settings: [string, string][];
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

const roles: Partial<Record<string, SentMessage["role"]>> = { system: "system", developer: "system", user: "user", assistant: "assistant", model: "assistant", tool: "tool" };
const imageParts = ["image", "image_url", "inlineData", "fileData"];
/** Where the protocols put what is set beside the messages. */
const nestedSettings = ["sampling", "generationConfig", "inferenceConfig"];

function isImage(part: Json): boolean {
  return imageParts.includes(String(part["type"])) || part["type"] === "input_image" || imageParts.some((name) => isObject(part[name]));
}

function textOfPart(part: unknown): string {
  if (typeof part === "string") return part;
  if (!isObject(part)) return "";
  if (typeof part["text"] === "string") return part["text"];
  // The bytes of an image are no text to read.
  return isImage(part) ? "[image]" : JSON.stringify(part, null, 2);
}

function textOfContent(content: unknown): string {
  if (content === null || content === undefined) return "";
  return (Array.isArray(content) ? content : [content]).map(textOfPart).join("\n");
}

/** A call of a tool is part of what an assistant said, and an answer to one a message of its own. */
function readMessage(message: Json): SentMessage[] {
  if (message["type"] === "function_call") return [{ role: "assistant", text: JSON.stringify({ name: message["name"], arguments: message["arguments"] }, null, 2) }];
  if (message["type"] === "function_call_output") return [{ role: "tool", text: textOfContent(message["output"]) }];
  const calls = listOf(message["tool_calls"]);
  const said = [textOfContent(message["content"] ?? message["parts"]), ...(calls.length > 0 ? [JSON.stringify(calls, null, 2)] : [])];
  return [{ role: roles[String(message["role"])] ?? "user", text: said.filter((text) => text !== "").join("\n") }];
}

function readSystem(request: Json): SentMessage[] {
  const beside = request["system"] ?? request["instructions"] ?? (isObject(request["systemInstruction"]) ? request["systemInstruction"]["parts"] : undefined);
  const text = textOfContent(beside);
  return text === "" ? [] : [{ role: "system", text }];
}

function readConversation(request: Json): SentMessage[] {
  // What a raw completion continues.
  if (typeof request["prompt"] === "string") return [{ role: "user", text: request["prompt"] }];
  if (typeof request["input"] === "string") return [{ role: "user", text: request["input"] }];
  return listOf(request["messages"] ?? request["input"] ?? request["contents"]).flatMap(readMessage);
}

function readSettings(request: Json): [string, string][] {
  const { model: _model, ...own } = request;
  const all = [own, ...nestedSettings.map((name) => request[name]).filter(isObject)].flatMap(Object.entries<unknown>);
  return all.flatMap(([name, value]): [string, string][] => {
    if (["system", "instructions", "input", "prompt"].includes(name)) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string") && value.length > 0) return [[name, value.map((item) => JSON.stringify(item)).join(", ")]];
    return ["string", "number", "boolean"].includes(typeof value) ? [[name, String(value)]] : [];
  });
}

/**
 * The messages and settings of a request as it was sent: OpenAI's chat, responses and completions, Anthropic's messages, Google's
 * generateContent, Cohere's chat, Bedrock's Converse. What is of another form has no messages.
 */
export function readRequest(request: unknown): SentRequest {
  if (!isObject(request)) return { messages: [], settings: [] };
  return { messages: [...readSystem(request), ...readConversation(request)], settings: readSettings(request) };
}
