import words from "@/messages/en/errors.json" with { type: "json" };
import type { ErrorCode } from "./error-catalogue";

/** The English sentence for an error: what, where, why, what to do. `{name}` is replaced by the data of that name. */
export function formatError(code: ErrorCode, data: Record<string, unknown>): string {
  const template: string = words[code];
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = data[name];
    if (value === undefined || value === null) return "?";
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}
