import { storableText } from "@/lib/core/storable-text";
import { OWN_PREFIX } from "@/lib/steps/_sdk/own-columns";

const ownPrefix = new RegExp(`^${OWN_PREFIX}+`);

/**
 * Names a table can have, from those found in a file: an empty one becomes `column3`, a repeated one (DuckDB does not tell
 * upper from lower case) gets ` (2)`. The private character of our own names goes, and what no database can keep becomes U+FFFD.
 */
export function nameColumns(found: readonly string[]): string[] {
  const taken = new Set<string>();
  return found.map((name, index) => {
    const wanted = name.trim() === "" ? `column${index + 1}` : storableText(name.replace(ownPrefix, ""));
    let free = wanted;
    for (let count = 2; taken.has(free.toLowerCase()); count++)
      free = `${wanted} (${count})`;
    taken.add(free.toLowerCase());
    return free;
  });
}
