import { quoteIdentifier } from "./quote-identifier";
import { ROW } from "@/lib/steps/_sdk/own-columns";

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
  const turn = seed === null ? ROW : `md5_number(concat(${seed}::BIGINT, ':', ${ROW}))`;
  if (stratify === null)
    return `SELECT ${ROW}, turn, row_number() OVER (ORDER BY turn, ${ROW}) - 1 AS place FROM (SELECT ${ROW}, ${turn} AS turn FROM ${view})`;
  const stratum = quoteIdentifier(stratify);
  return `SELECT ${ROW}, turn, row_number() OVER (ORDER BY share, turn, ${ROW}) - 1 AS place FROM (
    SELECT ${ROW}, turn, (row_number() OVER (PARTITION BY stratum ORDER BY turn, ${ROW}) - 0.5) / count(*) OVER (PARTITION BY stratum) AS share
    FROM (SELECT ${ROW}, ${turn} AS turn, ${stratum} AS stratum FROM ${view}))`;
}
