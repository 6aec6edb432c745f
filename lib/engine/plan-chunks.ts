const SMALLEST = 20;
const LARGEST = 5000;
/** Aimed at: few enough that committing a part costs little, many enough that progress shows and a crash repeats little. */
const CHUNKS_AIMED_AT = 20;

export interface ChunkRange {
  index: number;
  rowStart: number;
  /** Exclusive. */
  rowEnd: number;
}

/** Cuts rows into ranges of equal size. No rows give one empty range, so that every step has a chunk to run. */
export function planChunks(rows: number): ChunkRange[] {
  const size = Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(rows / CHUNKS_AIMED_AT)));
  const ranges: ChunkRange[] = [];
  for (let start = 0; start < rows; start += size) {
    ranges.push({ index: ranges.length, rowStart: start, rowEnd: Math.min(rows, start + size) });
  }
  return ranges.length > 0 ? ranges : [{ index: 0, rowStart: 0, rowEnd: 0 }];
}
