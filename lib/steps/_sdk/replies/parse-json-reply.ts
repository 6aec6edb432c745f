/** A JSON value in a reply, and where it stands. */
export interface FoundJson {
  value: unknown;
  start: number;
  end: number;
}

/** The end of the JSON value that starts at `start`, by its brackets; -1 where it is not closed. */
function findEnd(text: string, start: number): number {
  let depth = 0;
  let isString = false;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (isString) {
      if (sign === "\\") at += 1;
      else if (sign === '"') isString = false;
    } else if (sign === '"') isString = true;
    else if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** Commas before a closing bracket, outside of strings. */
const TRAILING_COMMA = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g;
/** Line breaks and tabs that a model left raw within a string. */
const RAW_SIGNS = /"(?:[^"\\]|\\[\s\S])*"/g;
const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** As JSON, and as models write it: with commas before a closing bracket, and with raw line breaks in strings. Undefined where it is neither. */
function parseLeniently(text: string): unknown {
  const written = text.replace(RAW_SIGNS, (string) => string.replace(/[\n\r\t]/g, (sign) => escapes[sign] ?? sign));
  for (const candidate of [text, written, written.replace(TRAILING_COMMA, "$1")]) {
    try {
      return JSON.parse(candidate) as unknown;
    } catch {
      // The next reading may do.
    }
  }
  return undefined;
}

/** More brackets than that are not a reply with an answer in it. */
const MOST_TRIES = 2000;

/** All objects and lists in a text that are whole, in order; what is within one is not looked for again. */
export function findJson(text: string): FoundJson[] {
  const found: FoundJson[] = [];
  let start = text.search(/[[{]/);
  for (let tries = 0; start >= 0 && tries < MOST_TRIES; tries += 1) {
    const end = findEnd(text, start);
    const value = end > 0 ? parseLeniently(text.slice(start, end)) : undefined;
    if (value !== undefined) found.push({ value, start, end });
    const from = value === undefined ? start + 1 : end;
    const next = text.slice(from).search(/[[{]/);
    start = next < 0 ? -1 : from + next;
  }
  return found;
}
