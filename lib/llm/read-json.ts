import { AppError } from "@/lib/core/app-error";

const QUOTE_LENGTH = 120;
/** A whole string, or a number that JSON does not know and Python writes. */
const PIECES = /"(?:[^"\\]|\\[\s\S])*"|-?\b(?:NaN|Infinity)\b/g;
const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** JSON as servers send it: with NaN for a number that is none, and with line breaks left raw in a string. */
function repair(text: string): string {
  return text.replace(PIECES, (piece) =>
    piece.startsWith('"') ? piece.replace(/[^\P{Cc}\u007f-\u009f]/gu, (sign) => escapes[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`) : "null",
  );
}

/** What is wrong with a body that is no JSON, and how it begins. */
function describeBody(text: string, error: unknown): string {
  const start = `“${text.slice(0, QUOTE_LENGTH)}”`;
  if (text.trim() === "") return "the body is empty";
  if (/^\s*<(?:!doctype|html)/i.test(text)) return `it is a web page: ${start}`;
  return `it is not JSON (${error instanceof Error ? error.message.replace(/, "[\s\S]*$/, "").slice(0, 200) : String(error)}): ${start}`;
}

/** The JSON of a body. Throws `model_reply_invalid`, which says what is wrong with it. */
export function parseBody(text: string, connection: string): unknown {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    return JSON.parse(body);
  } catch (error) {
    try {
      return JSON.parse(repair(body));
    } catch {
      throw new AppError("model_reply_invalid", { connection, detail: describeBody(body, error) }, { cause: error });
    }
  }
}
