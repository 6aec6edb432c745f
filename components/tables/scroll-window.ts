/** Pixels. */
export const ROW_HEIGHT = 28;
/** Browsers stop drawing elements somewhere above 16 million pixels. */
const MAX_HEIGHT = 8_000_000;

export interface ScrollWindow {
  /** Height of what is scrolled over. */
  height: number;
  first: number;
  /** Exclusive. */
  last: number;
  /** Where the first row is drawn. */
  top: number;
}

/**
 * Which rows a scroll position shows. Up to 285,000 rows a pixel is a pixel; beyond that the scrollbar is scaled, so that
 * its end is the last row at any size.
 */
export function getScrollWindow(rows: number, scrollTop: number, viewport: number): ScrollWindow {
  const natural = rows * ROW_HEIGHT;
  const height = Math.min(natural, MAX_HEIGHT);
  const shown = Math.ceil(viewport / ROW_HEIGHT) + 1;
  const range = Math.max(1, height - viewport);
  const offset = height === natural ? scrollTop : (Math.min(scrollTop, range) / range) * Math.max(0, natural - viewport);
  const first = Math.max(0, Math.min(rows - 1, Math.floor(offset / ROW_HEIGHT)));
  return { height, first, last: Math.min(rows, first + shown), top: scrollTop - (offset - first * ROW_HEIGHT) };
}

/** The scroll position that shows a row at the top. */
export function getScrollTop(rows: number, row: number, viewport: number): number {
  const natural = rows * ROW_HEIGHT;
  if (natural <= MAX_HEIGHT) return row * ROW_HEIGHT;
  return ((row * ROW_HEIGHT) / Math.max(1, natural - viewport)) * (MAX_HEIGHT - viewport);
}

/**
 * Rows that can be drawn: all that are there, but of those that came in since the last time only as many as are read, if they
 * stand in the part that is seen, which ends before `last`.
 */
export function countReady(getRow: (index: number) => unknown, { drawn, there, last }: { drawn: number; there: number; last: number }): number {
  const seen = Math.min(there, last);
  for (let index = Math.min(drawn, there); index < seen; index += 1) if (getRow(index) === undefined) return index;
  return there;
}
