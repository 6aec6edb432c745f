import type { JsonValue } from "./json-cell";

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Only a number of many digits, or with an exponent, can be more than a double holds. */
const mayBeInexact = /[\d.]{16}|\d[eE][+-]?\d/;

/**
 * The value of JSON text; the text itself if it holds a number that a double would change, or is no JSON, as with DuckDB's bare
 * NaN. So what is shown is always what is stored.
 */
export function parseExactJson(text: string): JsonValue {
  if (mayBeInexact.test(text) && (text.match(tokens) ?? []).some((token) => !token.startsWith('"') && !isExact(token))) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** A double keeps a number that comes back with the same digits when written, but for zeros at either end. */
function isExact(token: string): boolean {
  return digitsOf(String(Number(token))) === digitsOf(token);
}

function digitsOf(token: string): string {
  return token.replace(/[eE].*$/, "").replace(/[-.]/g, "").replace(/^0+|0+$/g, "");
}
