import { AppError } from "@/lib/core/app-error";
import { RESERVED_PREFIX } from "@/lib/steps/_sdk/columns";

/**
 * Names a table can have, from those found in a file: an empty one becomes `column3`, a repeated one (DuckDB does not tell
 * upper from lower case) gets ` (2)`. Throws `column_reserved`.
 */
export function nameColumns(found: readonly string[]): string[] {
  const taken = new Set<string>();
  return found.map((name, index) => {
    const wanted = name.trim() === "" ? `column${index + 1}` : name;
    if (wanted.startsWith(RESERVED_PREFIX))
      throw new AppError("column_reserved", { column: wanted });
    let free = wanted;
    for (let count = 2; taken.has(free.toLowerCase()); count++)
      free = `${wanted} (${count})`;
    taken.add(free.toLowerCase());
    return free;
  });
}
