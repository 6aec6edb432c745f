import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { CallExtras } from "@/lib/llm/chat";

const tools = z.array(z.object({ name: z.string().min(1), description: z.string().default(""), parameters: z.record(z.string(), z.unknown()) })).min(1).max(128);

/** Tools as OpenAI writes them, `{type: "function", function: {…}}`, or bare. */
function unwrap(tool: unknown): unknown {
  return typeof tool === "object" && tool !== null && "function" in tool ? tool.function : tool;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the call asks for beside text, from a step's parameters; undefined for a plain call. Throws `tools_invalid`. */
export function readExtras(params: { tools: string; thinking: "low" | "medium" | "high" | null }): CallExtras | undefined {
  const thinking = params.thinking === null ? undefined : { thinking: params.thinking };
  if (params.tools.trim() === "") return thinking;
  const listed = readJson(params.tools);
  const parsed = tools.safeParse(Array.isArray(listed) ? listed.map(unwrap) : listed);
  if (!parsed.success) throw new AppError("tools_invalid", { detail: z.prettifyError(parsed.error) });
  return { ...thinking, tools: parsed.data };
}

/** Addresses of images in a cell: one, or a list of them as JSON. Throws `image_invalid`. */
export function readImages(cell: unknown, column: string): string[] {
  if (cell === null || cell === undefined || cell === "") return [];
  const text = typeof cell === "string" ? cell.trim() : JSON.stringify(cell);
  const listed = text.startsWith("[") ? readJson(text) : [text];
  const parsed = z.array(z.string().regex(/^(https:\/\/|data:image\/)/)).max(20).safeParse(listed);
  if (!parsed.success) throw new AppError("image_invalid", { column, value: text.slice(0, 100) });
  return parsed.data;
}
