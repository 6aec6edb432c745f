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

/**
 * The first object or list in a reply, with whatever stands before and behind it: fences, a greeting, a note.
 * Undefined where there is none that is whole.
 */
export function parseJsonReply(reply: string): unknown {
  for (let start = reply.search(/[[{]/); start >= 0; ) {
    const end = findEnd(reply, start);
    if (end > 0) {
      try {
        return JSON.parse(reply.slice(start, end)) as unknown;
      } catch {
        // A bracket in prose; the value may come later.
      }
    }
    const next = reply.slice(start + 1).search(/[[{]/);
    start = next < 0 ? -1 : start + 1 + next;
  }
  return undefined;
}
