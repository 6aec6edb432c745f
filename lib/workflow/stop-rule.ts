import type { StopRule } from "./document";

type StopCondition = { kind: "rows"; rows: number } | Omit<Extract<StopRule, { kind: "value" }>, "output">;

/** What a round gave: its rows, and the number in the first of them. */
export interface RoundOutcome {
  rows: number;
  value: number | null;
}

/** Rounds after which a repetition stops, of those that have an outcome; null where it goes on after all of them. */
export function findLastRound(condition: StopCondition, outcomes: readonly RoundOutcome[]): number | null {
  let rows = 0;
  for (const [index, outcome] of outcomes.entries()) {
    rows += outcome.rows;
    if (condition.kind === "rows" ? rows >= condition.rows : isMet(condition, outcome.value)) return index + 1;
  }
  return null;
}

function isMet({ comparison, value: wanted }: Extract<StopCondition, { kind: "value" }>, value: number | null): boolean {
  if (value === null) return false;
  return comparison === "at-least" ? value >= wanted : value <= wanted;
}
