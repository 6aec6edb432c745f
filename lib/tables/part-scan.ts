import { join } from "node:path";
import { quoteLiteral } from "./quote-literal";
import type { TableManifest, TablePart } from "./table-manifest";
import { ROW } from "@/lib/steps/_sdk/own-columns";

/** Rows `start` (inclusive) to `end` (exclusive) of a table. */
export interface RowRange {
  start: number;
  end: number;
}

/** SQL of a FROM item over some parts, with its row number expression and a condition that keeps the range. */
export interface PartScan {
  from: string;
  row: string;
  /** Columns that `row` is made of; their order is the rows'. */
  place: readonly string[];
  where: string;
}

/**
 * The scan that reads as few parts and row groups as the range needs. Null where it needs none.
 * DuckDB's virtual columns `file_index` and `file_row_number` are hidden by a column of that name, so a table that has
 * one is numbered by a streaming window instead, which keeps the order but prunes nothing.
 */
export function planPartScan(
  dataFolder: string,
  manifest: TableManifest,
  range?: RowRange,
): PartScan | null {
  const hidesNumbers = manifest.columns.some(({ name }) =>
    /^file_(index|row_number)$/i.test(name),
  );
  const start = range?.start ?? 0;
  const end = range?.end ?? manifest.rows;
  const parts = hidesNumbers
    ? withOffsets(manifest.parts)
    : withOffsets(manifest.parts).filter(
        (part) => part.offset < end && part.offset + part.rows > start,
      );
  const first = parts[0];
  if (!first || start >= end) return null;
  const files = parts
    .map((part) => quoteLiteral(join(dataFolder, part.file)))
    .join(", ");
  const from = `read_parquet([${files}])`;
  if (hidesNumbers) {
    const numbered = `(SELECT *, row_number() OVER () - 1 AS ${ROW} FROM ${from})`;
    return {
      from: numbered,
      row: ROW,
      place: [ROW],
      where: range ? `${ROW} >= ${start} AND ${ROW} < ${end}` : "true",
    };
  }
  if (parts.length === 1) {
    const where = range
      ? `file_row_number >= ${start - first.offset} AND file_row_number < ${end - first.offset}`
      : "true";
    return {
      from,
      row:
        first.offset === 0
          ? "file_row_number"
          : `file_row_number + ${first.offset}`,
      place: ["file_row_number"],
      where,
    };
  }
  const offsets = parts.map((part) => part.offset).join(", ");
  const row = `file_row_number + ([${offsets}]::BIGINT[])[(file_index + 1)::BIGINT]`;
  return {
    from,
    row,
    place: ["file_index", "file_row_number"],
    where: range ? `${row} >= ${start} AND ${row} < ${end}` : "true",
  };
}

function withOffsets(
  parts: readonly TablePart[],
): (TablePart & { offset: number })[] {
  let offset = 0;
  return parts
    .filter((part) => part.rows > 0)
    .map((part) => {
      const placed = { ...part, offset };
      offset += part.rows;
      return placed;
    });
}
