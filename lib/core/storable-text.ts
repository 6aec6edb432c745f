/**
 * Text as PostgreSQL can keep it: its `text` and `jsonb` take neither U+0000 nor half of a pair of surrogates. Both become
 * U+FFFD, which shows that something stood there.
 */
export function storableText(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}

/** How JSON writes what PostgreSQL cannot keep, or text that looks the same. */
const UNSTORABLE = /\\u(0000|d[89a-f])/;

/** A value as JSON that `jsonb` takes: what it cannot keep is replaced wherever it stands, names of members among it. */
export function storableJson(value: unknown): string {
  const plain = JSON.stringify(value);
  // The search for a text is many times faster than that for a pattern, and nearly no value has an escape.
  if (!plain.includes("\\u") || !UNSTORABLE.test(plain)) return plain;
  return JSON.stringify(value, (_, member: unknown): unknown => {
    if (typeof member === "string") return storableText(member);
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const entries = Object.entries(member);
    return entries.some(([name]) => storableText(name) !== name) ? Object.fromEntries(entries.map(([name, one]) => [storableText(name), one])) : member;
  });
}
