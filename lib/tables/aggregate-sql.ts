import type { AggregateFunction } from "@/lib/steps/_sdk/aggregates";
import type { Column } from "@/lib/steps/_sdk/columns";
import { ROW } from "@/lib/steps/_sdk/own-columns";
import { cellText } from "./cell-text";
import { quoteIdentifier } from "./quote-identifier";
import { quoteLiteral } from "./quote-literal";
import { stableDeviation } from "./stable-statistics";

export interface AggregateOptions {
  column: Column;
  /** Between the values of a text of all. */
  separator: string;
  /** Only rows for which this holds. */
  filter?: string;
}

/** SQL of an aggregate over the rows of a view, which are in the order of their `ROW`. */
export function aggregateSql(compute: AggregateFunction, { column, separator, filter }: AggregateOptions): string {
  const where = filter === undefined ? "" : ` FILTER (WHERE ${filter})`;
  const value = quoteIdentifier(column.name);
  // Whole numbers and decimals are added exactly; doubles are doubles.
  const isExact = column.type === "integer" || column.shape?.startsWith("DECIMAL") === true;
  const calls: Record<AggregateFunction, string> = {
    rows: `count(*)${where}`,
    count: `count(${value})${where}`,
    distinct: `count(DISTINCT ${value})${where}`,
    sum: isExact ? `sum(${value})${where}` : `sum(${value}::DOUBLE)${where}`,
    mean: `avg(${value}::DOUBLE)${where}`,
    min: `min(${value})${where}`,
    max: `max(${value})${where}`,
    median: `median(${value}::DOUBLE)${where}`,
    // As of IEEE numbers: NaN if a value is NaN or infinite.
    stddev: `CASE WHEN count(*) FILTER (WHERE NOT isfinite(${value}::DOUBLE)${filter === undefined ? "" : ` AND (${filter})`}) > 0 THEN 'NaN'::DOUBLE ELSE ${stableDeviation(`${value}::DOUBLE`, filter)} END`,
    first: `arg_min_null(${value}, ${ROW})${where}`,
    last: `arg_max_null(${value}, ${ROW})${where}`,
    list: `list(${value} ORDER BY ${ROW})${where}`,
    concat: `string_agg(${cellText(column)}, ${quoteLiteral(separator)} ORDER BY ${ROW})${where}`,
  };
  return calls[compute];
}
