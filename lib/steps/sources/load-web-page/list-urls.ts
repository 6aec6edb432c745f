/** Addresses, one a line; blank lines are passed over. */
export function listUrls(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}
