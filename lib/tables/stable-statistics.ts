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
  // No FILTER: with those of many columns DuckDB takes time with the square of their number.
  const kept = (...rules: string[]): string => {
    const all = [...rules, ...(where === undefined ? [] : [`(${where})`])];
    return all.length === 0 ? number : `CASE WHEN ${all.join(" AND ")} THEN ${number} END`;
  };
  return `CASE WHEN coalesce(max(abs(${kept()})), 0) < ${LARGE} THEN ${compute}(${kept(`abs(${number}) < ${LARGE}`)}) ELSE ${compute}((${kept()}) / ${SCALE}) * ${SCALE} END`;
}

/** Mean of the finite values of a DOUBLE. */
export const stableMean = (value: string, where?: string): string => scaled("avg", value, where);
/** Standard deviation, of a sample, of the finite values of a DOUBLE. */
export const stableDeviation = (value: string, where?: string): string => scaled("stddev_samp", value, where);
