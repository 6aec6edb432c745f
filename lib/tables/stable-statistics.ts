/**
 * Mean and deviation that no value can break: DuckDB's deviation ends its query at NaN, at infinity and as soon as a square is
 * beyond a double. From here on values are scaled by a power of two, which changes none of their digits.
 */
const LARGE = "1e150";
const SCALE = "pow(2::DOUBLE, 600)";

/** A number, null if it is NaN or infinite. */
export function finite(value: string): string {
  return `CASE WHEN isfinite(${value}) THEN ${value} END`;
}

function scaled(compute: "avg" | "stddev_samp", value: string, where: string | undefined): string {
  const number = finite(value);
  const filter = (...rules: string[]): string => {
    const all = [...rules, ...(where === undefined ? [] : [`(${where})`])];
    return all.length === 0 ? "" : ` FILTER (WHERE ${all.join(" AND ")})`;
  };
  return `CASE WHEN coalesce(max(abs(${number}))${filter()}, 0) < ${LARGE} THEN ${compute}(${number})${filter(`abs(${number}) < ${LARGE}`)} ELSE ${compute}((${number}) / ${SCALE})${filter()} * ${SCALE} END`;
}

/** Mean of the finite values of a DOUBLE. */
export const stableMean = (value: string, where?: string): string => scaled("avg", value, where);
/** Standard deviation, of a sample, of the finite values of a DOUBLE. */
export const stableDeviation = (value: string, where?: string): string => scaled("stddev_samp", value, where);
