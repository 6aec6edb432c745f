import { RE2JS } from "re2js";
import { parseJsonReply } from "./parse-json-reply";

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
      const found = readField(parseJsonReply(reply), jsonField);
      return typeof found === "string" || typeof found === "number" || typeof found === "boolean" ? found : null;
    };
  }
  const compiled = RE2JS.compile(pattern);
  return (reply) => {
    const matcher = compiled.matcher(reply);
    return matcher.find() ? matcher.group(1) : null;
  };
}
