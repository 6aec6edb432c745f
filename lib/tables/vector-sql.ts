import { quoteIdentifier } from "./quote-identifier";

/**
 * A column of vectors, whatever kind of list it is. DuckDB refuses a whole table where one number is missing, even in a
 * list that is itself missing, so a missing number becomes NaN, which `isVector` knows.
 */
export function vectorSql(column: string): string {
  return `list_transform(try_cast(${quoteIdentifier(column)} AS FLOAT[]), lambda number: coalesce(number, 'nan'::FLOAT))`;
}

/** Whether every number is there and finite. */
export function isVector(vector: string): string {
  return `coalesce(isfinite(list_inner_product(${vector}, ${vector})), false)`;
}

/** Whether it points somewhere: DuckDB's cosine with a vector of zeros is -1. */
export function isDirection(vector: string): string {
  return `(${isVector(vector)} AND list_inner_product(${vector}, ${vector}) > 0)`;
}
