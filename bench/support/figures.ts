/** Value of `--name value` on the command line. */
export function readOption(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

/** The value below which `share` of the others lie; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** “median (least to most)”. */
export function spread(values: readonly number[], digits = 2): string {
  const [least, middle, most] = [Math.min(...values), quantile(values, 0.5), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${String(middle)} (${String(least)} to ${String(most)})`;
}

export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
