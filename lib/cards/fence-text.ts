/** Text as a fenced block that nothing within it can close: the fence is longer than any run of backticks inside. */
export function fenceText(text: string, language = "text"): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${text}${text.endsWith("\n") ? "" : "\n"}${fence}`;
}
