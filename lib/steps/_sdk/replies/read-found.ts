import { RE2JS } from "re2js";
import { findJson } from "./parse-json-reply";
import { dropThinking } from "./plain-reply";

/** How a reply is read: by what the step knows of replies, by a pattern's first group, or by a field of the JSON in it. */
export interface ReplyParser {
  parser: "built-in" | "pattern" | "json";
  /** In RE2's syntax, which takes time in proportion to the reply whatever the pattern. */
  pattern: string;
  /** A member's name, or a path of names with dots between. */
  jsonField: string;
}

type Found = string | number | boolean | null;

function readField(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path];
  const dot = path.indexOf(".");
  return dot < 0 ? undefined : readField(readField(value, path.slice(0, dot)), path.slice(dot + 1));
}

/** A reader of replies, made once for all rows: gives what stands in the place, null where nothing does. Null for the built-in way. */
export function makeReader({ parser, pattern, jsonField }: ReplyParser): ((reply: string) => Found) | null {
  if (parser === "built-in") return null;
  if (parser === "json") {
    return (reply) => {
      // The last object that has the field: a model may quote one before it answers.
      const found = findJson(dropThinking(reply)).map(({ value }) => readField(value, jsonField));
      return found.filter((one): one is string | number | boolean => typeof one === "string" || typeof one === "number" || typeof one === "boolean").at(-1) ?? null;
    };
  }
  const compiled = RE2JS.compile(pattern);
  return (reply) => {
    const matcher = compiled.matcher(dropThinking(reply));
    return matcher.find() ? matcher.group(1) : null;
  };
}
