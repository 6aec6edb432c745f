import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { ToolDefinition } from "@/lib/llm/chat";

/** Text, or null as a column of structs keeps what is not there. */
const description = z.string().nullish().transform((text) => text ?? "");
const parameters = z.record(z.string(), z.unknown()).nullish().transform((schema) => schema ?? { type: "object", properties: {} });
const tools = z.array(z.object({ name: z.string().min(1), description, parameters })).min(1).max(128);

/** Tools as OpenAI writes them, `{type: "function", function: {…}}`, or bare. */
function unwrap(tool: unknown): unknown {
  return typeof tool === "object" && tool !== null && "function" in tool ? tool.function : tool;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tools as a list, or as JSON text of one. Throws `tools_invalid`. */
export function readTools(value: unknown): ToolDefinition[] {
  const listed = typeof value === "string" ? parseJson(value) : value;
  const parsed = tools.safeParse(Array.isArray(listed) ? listed.map(unwrap) : listed);
  if (!parsed.success) throw new AppError("tools_invalid", { detail: z.prettifyError(parsed.error) });
  return parsed.data;
}

/** As `readTools`; undefined where there are none. */
export function readToolsIfAny(value: unknown): ToolDefinition[] | undefined {
  const isNone = value === null || value === undefined || (typeof value === "string" && /^\s*(\[\s*\])?\s*$/.test(value)) || (Array.isArray(value) && value.length === 0);
  return isNone ? undefined : readTools(value);
}
