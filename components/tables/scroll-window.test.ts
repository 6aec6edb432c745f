import { describe, expect, it, test } from "vitest";
import { countReady, getScrollTop, getScrollWindow, ROW_HEIGHT } from "./scroll-window";

test("a small table scrolls pixel by pixel", () => {
  expect(getScrollWindow(1000, 10 * ROW_HEIGHT, 280)).toMatchObject({ first: 10, last: 21, top: 10 * ROW_HEIGHT, height: 28_000 });
});

test("the end of the scrollbar is the last row, at any size", () => {
  for (const rows of [100, 300_000, 10_000_000, 1_000_000_000]) {
    const { height } = getScrollWindow(rows, 0, 300);
    expect(getScrollWindow(rows, height - 300, 300).last).toBe(rows);
  }
});

test("a row is found where it was scrolled to", () => {
  for (const rows of [5_000, 10_000_000]) {
    const row = Math.floor(rows / 3);
    const { first } = getScrollWindow(rows, getScrollTop(rows, row, 300), 300);
    expect(Math.abs(first - row)).toBeLessThanOrEqual(1);
  }
});

describe("countReady", () => {
  const readUpTo = (count: number) => (index: number) => (index < count ? {} : undefined);

  it("draws rows that came in once they are read, as far as they are seen", () => {
    expect(countReady(readUpTo(93), { drawn: 93, there: 150, last: 120 })).toBe(93);
    expect(countReady(readUpTo(120), { drawn: 93, there: 150, last: 120 })).toBe(150);
    expect(countReady(readUpTo(0), { drawn: 0, there: 50, last: 50 })).toBe(0);
  });

  it("takes rows away at once, and leaves those alone that a person has scrolled to", () => {
    expect(countReady(readUpTo(0), { drawn: 1000, there: 5, last: 20 })).toBe(5);
    expect(countReady(readUpTo(0), { drawn: 1000, there: 1000, last: 900 })).toBe(1000);
  });
});
