const units = ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"];

/** The Hub's word for a number of rows, such as `1K<n<10K`. */
export function sizeCategory(rows: number): string {
  const above = units.findIndex((_, index) => rows < 1000 * 10 ** index);
  if (above === 0) return `n<${units[0] ?? ""}`;
  if (above < 0) return `n>${units.at(-1) ?? ""}`;
  return `${units[above - 1] ?? ""}<n<${units[above] ?? ""}`;
}
