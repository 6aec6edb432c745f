import type { ColumnType } from "@/lib/steps/_sdk/columns";
import { isConversation, readCutTurns, readTurns, type Turn } from "./read-turns";

/** A cell as one line of text. A conversation is its turns, an image the name of its file; other lists and objects are compact JSON. */
export function formatCell(value: unknown, type?: ColumnType): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") {
    const cut = type === "messages" || type === "list" ? readCutTurns(value) : [];
    return cut.length > 0 ? `${writeTurns(cut)}…` : value;
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isConversation(value, type)) return writeTurns(readTurns(value));
  if (type === "image" && typeof value === "object" && "path" in value && typeof value.path === "string") return value.path;
  return JSON.stringify(value);
}

function writeTurns(turns: readonly Turn[]): string {
  return turns.map(({ role, text, calls }) => `${role}: ${[text, ...calls.map(({ name }) => `${name}()`)].join(" ").trim()}`).join(" · ");
}
