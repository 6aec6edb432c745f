/** A name as a SQL identifier, whatever characters it holds. The only way a name enters SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
