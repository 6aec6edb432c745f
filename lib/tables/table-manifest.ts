import type { Column } from "@/lib/steps/_sdk/columns";

/** One Parquet file of a table. Parts are never changed once they are named in a manifest. */
export interface TablePart {
  /** Relative to the data folder. */
  file: string;
  rows: number;
  bytes: number;
}

/**
 * What makes part files a table. A table is always opened through its manifest, never by path, so that a table may later
 * be stored as row numbers over its parent without touching a step.
 *
 * Beside its columns a part holds Reverie's own: `IN0`, `IN1`, … the row number(s) in the input tables that the row
 * came from (BIGINT, or BIGINT[] where several), and `CALL`, the model call behind the row.
 * A row's number is its place in the table, counted from 0 over the parts in order.
 */
export interface TableManifest {
  columns: Column[];
  parts: TablePart[];
  rows: number;
}

/**
 * Rows that did not come out, in parts with the columns `IN0` BIGINT, `kind` ('rejected' | 'failed'), `code`,
 * `data` (JSON text) and `CALL`.
 */
export interface IssueManifest {
  parts: TablePart[];
  rejected: number;
  failed: number;
}
