import { quoteIdentifier } from "./quote-identifier";

export interface PlaceOptions {
  /** Null where the rows keep their order. */
  seed: number | null;
  /** Column whose values are spread evenly over the places; null for none. */
  stratify: string | null;
}

/**
 * A query that gives each row of a view its `place` (0, 1, …) and `turn`, the number that orders what is taken.
 * Cut anywhere, a stratified order has of each value its share, give or take one row: the rows of a value are put at even
 * distances between 0 and 1.
 */
export function placeRows(view: string, { seed, stratify }: PlaceOptions): string {
  // MD5 rather than DuckDB's own hash, which may change with its version.
  const turn = seed === null ? "__row" : `md5_number(concat(${seed}::BIGINT, ':', __row))`;
  if (stratify === null)
    return `SELECT __row, turn, row_number() OVER (ORDER BY turn, __row) - 1 AS place FROM (SELECT __row, ${turn} AS turn FROM ${view})`;
  const stratum = quoteIdentifier(stratify);
  return `SELECT __row, turn, row_number() OVER (ORDER BY share, turn, __row) - 1 AS place FROM (
    SELECT __row, turn, (row_number() OVER (PARTITION BY stratum ORDER BY turn, __row) - 0.5) / count(*) OVER (PARTITION BY stratum) AS share
    FROM (SELECT __row, ${turn} AS turn, ${stratum} AS stratum FROM ${view}))`;
}
