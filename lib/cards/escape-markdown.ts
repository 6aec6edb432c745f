const MAX_CHARACTERS = 300;

/**
 * A text from data as plain Markdown within a line (in a heading, a sentence, a table cell), not at its start: it makes no
 * markup, no link, no HTML and no new cell. Long texts are cut.
 */
export function escapeMarkdown(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const characters = [...line];
  const cut = characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS).join("")}…` : line;
  return cut
    .replace(/[\\`*_{}[\]<>()#+!|~$@:]/g, (sign) => `\\${sign}`)
    .replace(/&/g, "&amp;");
}
