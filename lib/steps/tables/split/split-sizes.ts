import { AppError } from "@/lib/core/app-error";

export interface SplitSizes {
  train: number;
  validation: number;
  test: number;
}

const ports = ["train", "validation", "test"] as const;
type SplitPort = (typeof ports)[number];

/** Ports of the tables to make, in order: those with a size. */
export function splitPorts(sizes: SplitSizes): SplitPort[] {
  return ports.filter((port) => sizes[port] > 0);
}

function sum(sizes: SplitSizes): number {
  return sizes.train + sizes.validation + sizes.test;
}

function areShares(sizes: SplitSizes): boolean {
  return Math.abs(sum(sizes) - 1) <= 1e-9;
}

/** What is wrong with the sizes, to follow “The sizes”; null where nothing can be said before a run. */
export function explainSizes(sizes: SplitSizes): string | null {
  if (sum(sizes) === 0) return "are all 0";
  if (areShares(sizes) || ports.every((port) => Number.isInteger(sizes[port])))
    return null;
  return `add up to ${Number(sum(sizes).toFixed(9))} instead of 1`;
}

/**
 * Where each table starts and ends (exclusive). Shares are rounded up from the end, so the first table takes what is left.
 * Throws `split_sizes_invalid`.
 */
export function computeSplits(
  sizes: SplitSizes,
  rows: number,
): { port: SplitPort; start: number; end: number }[] {
  const shares = areShares(sizes);
  const detail =
    explainSizes(sizes) ??
    (!shares && sum(sizes) !== rows
      ? `add up to ${sum(sizes)} rows, but the table has ${rows}`
      : null);
  if (detail !== null) throw new AppError("split_sizes_invalid", { detail });
  const wanted = splitPorts(sizes);
  const splits = [];
  let end = rows;
  for (const port of [...wanted].reverse()) {
    const count = shares
      ? Math.ceil(sizes[port] * rows - 1e-9 * Math.max(1, rows))
      : sizes[port];
    const start = port === wanted[0] ? 0 : Math.max(0, end - count);
    splits.unshift({ port, start, end });
    end = start;
  }
  return splits;
}
