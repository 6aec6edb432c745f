/**
 * A text as a SQL literal, for the few places that take no bound parameter (file names of COPY and of views, names of
 * struct fields). Text typed by a person is bound instead.
 */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
