import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { CallExtras } from "@/lib/llm/chat";
import { readToolsIfAny } from "../../_sdk/read-tools";

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
  const tools = readToolsIfAny(params.tools);
  return tools ? { ...thinking, tools } : thinking;
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
