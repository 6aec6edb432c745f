import type { AggregateFunction } from "@/lib/steps/_sdk/aggregates";
import { isNested, type ColumnType } from "@/lib/steps/_sdk/columns";
import { quoteLiteral } from "./quote-literal";
import { ROW } from "@/lib/steps/_sdk/own-columns";

export interface AggregateOptions {
  /** Quoted name of the column. */
  column: string;
  type: ColumnType;
  /** Between the values of a text of all. */
  separator: string;
  /** Only rows for which this holds. */
  filter?: string;
}

/** SQL of an aggregate over the rows of a view, which are in the order of their `ROW`. */
export function aggregateSql(compute: AggregateFunction, { column, type, separator, filter }: AggregateOptions): string {
  const where = filter === undefined ? "" : ` FILTER (WHERE ${filter})`;
  // A sum of whole numbers is a HUGEINT, which Parquet does not know.
  const sum = type === "integer" ? `(sum(${column})${where})::BIGINT` : `sum(${column}::DOUBLE)${where}`;
  const text = isNested(type) ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
  const calls: Record<AggregateFunction, string> = {
    rows: `count(*)${where}`,
    count: `count(${column})${where}`,
    distinct: `count(DISTINCT ${column})${where}`,
    sum,
    mean: `avg(${column}::DOUBLE)${where}`,
    min: `min(${column})${where}`,
    max: `max(${column})${where}`,
    median: `median(${column}::DOUBLE)${where}`,
    stddev: `stddev_samp(${column}::DOUBLE)${where}`,
    first: `arg_min_null(${column}, ${ROW})${where}`,
    last: `arg_max_null(${column}, ${ROW})${where}`,
    list: `list(${column} ORDER BY ${ROW})${where}`,
    concat: `string_agg(${text}, ${quoteLiteral(separator)} ORDER BY ${ROW})${where}`,
  };
  return calls[compute];
}
