/**
 * Columns that Reverie adds to people's tables. Their names begin with a character of Unicode's private use area, which no
 * text of the world has, so that whatever a person calls a column, `__row` or `__index_level_0__` among it, is theirs. DuckDB
 * takes the names without quotes.
 */
export const OWN_PREFIX = "\uE000";

/** BIGINT: a row's place in its table, from 0. Only in views, never stored. */
export const ROW = `${OWN_PREFIX}row`;
/** BIGINT: the order of rows made in JavaScript. Only while they are written. */
export const ORD = `${OWN_PREFIX}ord`;
/** STRUCT: the model call behind a row. */
export const CALL = `${OWN_PREFIX}call`;
/** Values computed beside a row. Only within a query. */
export const COMPUTED = `${OWN_PREFIX}computed`;

/** BIGINT or BIGINT[]: the row or rows of the input table at `position` that a row came from. */
export function parentColumn(position: number): string {
  return `${OWN_PREFIX}in${String(position)}`;
}
/** The same of the first input, which is the only one of most steps. */
export const IN0 = parentColumn(0);

export function isOwnColumn(name: string): boolean {
  return name.startsWith(OWN_PREFIX);
}
